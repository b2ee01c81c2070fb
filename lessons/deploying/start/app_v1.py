"""Version 1: it reads and writes status."""

from service import serve

serve(
    read="SELECT status FROM orders WHERE id = :id",
    write="UPDATE orders SET status = :value WHERE id = :id",
)
