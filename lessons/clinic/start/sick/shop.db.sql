BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('5d0e7b94c2f6');
CREATE TABLE orders (
	id INTEGER NOT NULL, 
	user_id INTEGER NOT NULL, 
	status VARCHAR(20) NOT NULL, memo TEXT, 
	CONSTRAINT pk_orders PRIMARY KEY (id), 
	CONSTRAINT fk_orders_user_id_users FOREIGN KEY(user_id) REFERENCES users (id)
);
INSERT INTO "orders" VALUES(1,1,'paid','ring twice');
INSERT INTO "orders" VALUES(2,2,'new',NULL);
INSERT INTO "orders" VALUES(3,1,'new','gift');
CREATE TABLE products (
	id INTEGER NOT NULL, 
	title VARCHAR(100) NOT NULL, 
	price INTEGER NOT NULL, 
	CONSTRAINT pk_products PRIMARY KEY (id)
);
INSERT INTO "products" VALUES(1,'Notebook',3500);
INSERT INTO "products" VALUES(2,'Pen',1200);
CREATE TABLE users (
	id INTEGER NOT NULL, 
	name VARCHAR(50) NOT NULL, 
	email VARCHAR(100) NOT NULL, phone VARCHAR(20), 
	CONSTRAINT pk_users PRIMARY KEY (id), 
	CONSTRAINT uq_users_email UNIQUE (email)
);
INSERT INTO "users" VALUES(1,'Minji','minji@example.com','010-2000-0001');
INSERT INTO "users" VALUES(2,'Jun','jun@example.com',NULL);
INSERT INTO "users" VALUES(3,'Sora','sora@example.com','010-2000-0003');
CREATE INDEX ix_orders_user_id ON orders (user_id);
COMMIT;
