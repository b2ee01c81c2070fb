BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('6a2c8e41f9d3');
CREATE TABLE coupon_changes (
	id INTEGER NOT NULL, 
	code VARCHAR(20) NOT NULL, 
	CONSTRAINT pk_coupon_changes PRIMARY KEY (id)
);
INSERT INTO "coupon_changes" VALUES(1,'OLD');
CREATE TABLE coupons (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    code VARCHAR(20) NOT NULL COLLATE NOCASE,
    percent INTEGER,
    UNIQUE (code),
    CONSTRAINT ck_coupons_percent_range CHECK (percent BETWEEN 1 AND 90)
);
INSERT INTO "coupons" VALUES(1,'SPRING',10);
INSERT INTO "coupons" VALUES(2,'Friends',50);
INSERT INTO "coupons" VALUES(3,'OLD',15);
CREATE TABLE orders (
	id INTEGER NOT NULL, 
	email VARCHAR(100) NOT NULL, 
	product_id INTEGER, 
	status VARCHAR(20) NOT NULL, 
	CONSTRAINT pk_orders PRIMARY KEY (id)
);
INSERT INTO "orders" VALUES(1,'minji@example.com',1,'paid');
INSERT INTO "orders" VALUES(2,'jun@example.com',2,'new');
INSERT INTO "orders" VALUES(3,'minji@example.com',9,'paid');
INSERT INTO "orders" VALUES(4,'sora@example.com',2,'new');
CREATE TABLE products (
    id INTEGER NOT NULL PRIMARY KEY,
    title VARCHAR(100) NOT NULL,
    price INTEGER NOT NULL,
    UNIQUE (title),
    CHECK (price >= 0)
);
INSERT INTO "products" VALUES(1,'Notebook',3500);
INSERT INTO "products" VALUES(2,'Pen',1200);
CREATE TABLE reviews (
	id INTEGER NOT NULL, 
	user_id INTEGER NOT NULL, 
	stars INTEGER NOT NULL, 
	CONSTRAINT pk_reviews PRIMARY KEY (id), 
	CONSTRAINT fk_reviews_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);
INSERT INTO "reviews" VALUES(1,1,5);
INSERT INTO "reviews" VALUES(2,1,4);
INSERT INTO "reviews" VALUES(3,2,0);
INSERT INTO "reviews" VALUES(4,3,7);
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
CREATE INDEX ix_reviews_user_id ON reviews (user_id);
CREATE VIEW big_coupons AS SELECT code FROM coupons WHERE percent > 20;
CREATE TRIGGER log_coupon AFTER UPDATE ON coupons
BEGIN
    INSERT INTO coupon_changes (code) VALUES (old.code);
END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('coupons',3);
COMMIT;
