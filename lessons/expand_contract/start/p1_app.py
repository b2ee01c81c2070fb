"""The application for products, before anything changes: it reads and writes title."""

from service import serve

serve(
    add="INSERT INTO products (title, price) VALUES (:name, 0)",
    rename="UPDATE products SET title = :name WHERE id = :id",
    show="SELECT title FROM products WHERE id = :id",
)
