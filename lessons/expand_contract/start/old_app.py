"""The version that has been running for years: it reads and writes name."""

from service import serve

serve(
    add="INSERT INTO users (name, email) VALUES (:name, :email)",
    rename="UPDATE users SET name = :name WHERE id = :id",
    show="SELECT name FROM users WHERE id = :id",
)
