"""Random messages, set field by field through Python's protobuf."""

from values import Values


class Messages:
    def __init__(self, schema, random, any_types):
        self.schema = schema
        self.random = random
        self.values = Values(random)
        self.any_types = any_types

    def message(self, name):
        message = self.schema.message_class(name)()
        self.fill(message, 0)
        if self.random.random() < 0.1:
            message.MergeFromString(self.unknown())
        return message

    def any_content(self):
        """What is packed into an Any; now and then nothing is."""
        if self.random.random() < 0.1:
            return None
        message = self.schema.message_class(self.random.choice(self.any_types))()
        self.fill(message, 3)
        return message

    def unknown(self):
        """A field whose number no schema here has."""
        return self.random.choice([
            b"\x80\xfe\x3f\x05",
            b"\x81\xfe\x3f12345678",
            b"\x82\xfe\x3f\x02\x08\x01",
            b"\x83\xfe\x3f\x08\x01\x84\xfe\x3f",
            b"\x85\xfe\x3f1234",
        ])

    def fill(self, message, depth):
        if self.values.well_known(message, depth, self):
            return
        fields = message.DESCRIPTOR.fields
        # Few of many, so that a message stays small; each at least now and then alone.
        likely = min(0.7, 5 / max(1, len(fields)))
        for field in fields:
            if self.random.random() < likely:
                self.set(message, field, depth)

    def set(self, message, field, depth):
        is_message = field.type == field.TYPE_MESSAGE
        if is_message and depth > 2:
            return
        if not field.is_repeated:
            if is_message:
                child = getattr(message, field.name)
                child.SetInParent()
                self.fill(child, depth + 1)
            else:
                setattr(message, field.name, self.values.scalar(field))
        elif is_message and field.message_type.GetOptions().map_entry:
            self.set_map(getattr(message, field.name), field.message_type, depth)
        else:
            items = getattr(message, field.name)
            for _ in range(self.random.randint(1, 3)):
                if is_message:
                    self.fill(items.add(), depth + 1)
                else:
                    items.append(self.values.scalar(field))

    def set_map(self, items, entry, depth):
        key, value = entry.fields_by_name["key"], entry.fields_by_name["value"]
        for _ in range(self.random.randint(1, 3)):
            name = self.values.scalar(key)
            if value.type == value.TYPE_MESSAGE:
                self.fill(items[name], depth + 1)
            else:
                items[name] = self.values.scalar(value)
