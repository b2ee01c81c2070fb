import sqlalchemy as sa

users = sa.table("users", sa.column("name"))
