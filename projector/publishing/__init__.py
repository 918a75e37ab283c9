"""What is needed to hand a data set on: licences of the models that made it, a card, an upload."""
