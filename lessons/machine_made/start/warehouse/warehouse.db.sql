BEGIN TRANSACTION;
CREATE TABLE parcels (
	id INTEGER NOT NULL, 
	supplier_id INTEGER NOT NULL, 
	grams INTEGER NOT NULL, 
	CONSTRAINT pk_parcels PRIMARY KEY (id), 
	CONSTRAINT fk_parcels_supplier_id_suppliers FOREIGN KEY(supplier_id) REFERENCES suppliers (id)
);
INSERT INTO "parcels" VALUES(1,2,750);
INSERT INTO "parcels" VALUES(2,1,12000);
INSERT INTO "parcels" VALUES(3,2,90);
CREATE TABLE suppliers (
	id INTEGER NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	CONSTRAINT pk_suppliers PRIMARY KEY (id), 
	CONSTRAINT uq_suppliers_name UNIQUE (name)
);
INSERT INTO "suppliers" VALUES(1,'Hanji Mill');
INSERT INTO "suppliers" VALUES(2,'Blue Ink Co.');
CREATE INDEX ix_parcels_supplier_id ON parcels (supplier_id);
COMMIT;
