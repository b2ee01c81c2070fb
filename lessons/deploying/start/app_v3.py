"""Version 3: it writes both columns, and reads state."""

from service import serve

serve(
    read="SELECT state FROM orders WHERE id = :id",
    write="UPDATE orders SET status = :value, state = :value WHERE id = :id",
)
