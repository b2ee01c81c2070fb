"""Version 5: it keeps a note with each change, too."""

from service import serve

serve(
    read="SELECT state FROM orders WHERE id = :id",
    write="UPDATE orders SET state = :value, note = 'changed' WHERE id = :id",
)
