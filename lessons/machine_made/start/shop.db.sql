BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('c57a91d3e840');
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
INSERT INTO "orders" VALUES(4,3,'cancelled');
INSERT INTO "orders" VALUES(5,2,'canceled');
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
	email VARCHAR(100) NOT NULL, 
	CONSTRAINT pk_users PRIMARY KEY (id), 
	CONSTRAINT uq_users_email UNIQUE (email)
);
INSERT INTO "users" VALUES(1,'Minji','minji@example.com');
INSERT INTO "users" VALUES(2,'Jun','jun@example.com ');
INSERT INTO "users" VALUES(3,'Sora','sora@example.com');
CREATE INDEX ix_orders_user_id ON orders (user_id);
COMMIT;
