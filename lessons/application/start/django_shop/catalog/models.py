from django.db import models


class Product(models.Model):
    title = models.CharField(max_length=100)
    price = models.IntegerField()
    stock = models.IntegerField(db_default=0)

    class Meta:
        db_table = "products"
