"""Version 2: it writes both columns, and reads status."""

from service import serve

serve(
    read="SELECT status FROM orders WHERE id = :id",
    write="UPDATE orders SET status = :value, state = :value WHERE id = :id",
)
