"""Version 4: it reads and writes state."""

from service import serve

serve(
    read="SELECT state FROM orders WHERE id = :id",
    write="UPDATE orders SET state = :value WHERE id = :id",
)
