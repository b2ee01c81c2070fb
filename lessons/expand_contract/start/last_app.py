"""The version that is to run in the end: it reads and writes display_name."""

from service import serve

serve(
    add="INSERT INTO users (display_name, email) VALUES (:name, :email)",
    rename="UPDATE users SET display_name = :name WHERE id = :id",
    show="SELECT display_name FROM users WHERE id = :id",
)
