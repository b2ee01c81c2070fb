BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('f6a2b7416f97');
CREATE TABLE inventories (
	product_id INTEGER NOT NULL, 
	quantity INTEGER NOT NULL, 
	CONSTRAINT pk_inventories PRIMARY KEY (product_id), 
	CONSTRAINT fk_inventories_product_id_products FOREIGN KEY(product_id) REFERENCES products (id)
);
CREATE TABLE orders (
	id INTEGER NOT NULL, 
	user_id INTEGER NOT NULL, 
	status VARCHAR(20) NOT NULL, 
	CONSTRAINT pk_orders PRIMARY KEY (id), 
	CONSTRAINT fk_orders_user_id_users FOREIGN KEY(user_id) REFERENCES users (id)
);
INSERT INTO "orders" VALUES(1,1,'paid');
INSERT INTO "orders" VALUES(2,2,'new');
CREATE TABLE products (
	id INTEGER NOT NULL, 
	title VARCHAR(100) NOT NULL, 
	price INTEGER NOT NULL, sku VARCHAR(20), 
	CONSTRAINT pk_products PRIMARY KEY (id)
);
INSERT INTO "products" VALUES(1,'Notebook',3500,NULL);
INSERT INTO "products" VALUES(2,'Pen',1200,NULL);
CREATE TABLE profiles (
	user_id INTEGER NOT NULL, 
	phone VARCHAR(20), 
	CONSTRAINT pk_profiles PRIMARY KEY (user_id), 
	CONSTRAINT fk_profiles_user_id_users FOREIGN KEY(user_id) REFERENCES users (id)
);
INSERT INTO "profiles" VALUES(1,'010-1234-5678');
INSERT INTO "profiles" VALUES(2,'010-8765-4321');
CREATE TABLE users (
	id INTEGER NOT NULL, 
	name VARCHAR(50) NOT NULL, 
	email VARCHAR(100) NOT NULL, 
	CONSTRAINT pk_users PRIMARY KEY (id), 
	CONSTRAINT uq_users_email UNIQUE (email)
);
INSERT INTO "users" VALUES(1,'Minji','minji@example.com');
INSERT INTO "users" VALUES(2,'Jun','jun@example.com');
CREATE INDEX ix_orders_user_id ON orders (user_id);
CREATE INDEX ix_products_sku ON products (sku);
CREATE INDEX ix_inventories_quantity ON inventories (quantity);
COMMIT;
