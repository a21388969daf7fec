"""Files judged without a database."""
