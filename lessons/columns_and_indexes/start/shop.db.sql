BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('6e90b4d2f1a8');
CREATE TABLE order_items (
	id INTEGER NOT NULL, 
	order_id INTEGER NOT NULL, 
	product_id INTEGER NOT NULL, 
	quantity INTEGER NOT NULL, 
	CONSTRAINT pk_order_items PRIMARY KEY (id), 
	CONSTRAINT fk_order_items_order_id_orders FOREIGN KEY(order_id) REFERENCES orders (id), 
	CONSTRAINT fk_order_items_product_id_products FOREIGN KEY(product_id) REFERENCES products (id)
);
INSERT INTO "order_items" VALUES(1,1,1,2);
INSERT INTO "order_items" VALUES(2,1,2,1);
INSERT INTO "order_items" VALUES(3,1,1,1);
INSERT INTO "order_items" VALUES(4,2,3,5);
INSERT INTO "order_items" VALUES(5,3,2,2);
INSERT INTO "order_items" VALUES(6,3,2,3);
INSERT INTO "order_items" VALUES(7,3,1,1);
CREATE TABLE orders (
	id INTEGER NOT NULL, 
	user_id INTEGER NOT NULL, 
	status VARCHAR(20) NOT NULL, 
	CONSTRAINT pk_orders PRIMARY KEY (id), 
	CONSTRAINT fk_orders_user_id_users FOREIGN KEY(user_id) REFERENCES users (id)
);
INSERT INTO "orders" VALUES(1,1,'paid');
INSERT INTO "orders" VALUES(2,2,'new');
INSERT INTO "orders" VALUES(3,1,'new');
CREATE TABLE products (
	id INTEGER NOT NULL, 
	title VARCHAR(100) NOT NULL, 
	price INTEGER NOT NULL, 
	CONSTRAINT pk_products PRIMARY KEY (id)
);
INSERT INTO "products" VALUES(1,'Notebook',3500);
INSERT INTO "products" VALUES(2,'Pen',1200);
INSERT INTO "products" VALUES(3,'Pen',1500);
CREATE TABLE users (
	id INTEGER NOT NULL, 
	name VARCHAR(50) NOT NULL, 
	email VARCHAR(100) NOT NULL, 
	CONSTRAINT pk_users PRIMARY KEY (id), 
	CONSTRAINT uq_users_email UNIQUE (email)
);
INSERT INTO "users" VALUES(1,'Minji','minji@example.com');
INSERT INTO "users" VALUES(2,'Jun','jun@example.com');
INSERT INTO "users" VALUES(3,'Sora','sora@example.com');
CREATE INDEX ix_orders_user_id ON orders (user_id);
COMMIT;
