"""Messages of our own, as chat shows them and as an e-mail can be read."""

from components.common.iam import Json


def chat_message(title: str, description: str) -> Json:
    """A message for an alert topic, in the form of Amazon Q Developer's custom notifications.

    Chat drops what is neither this nor one of AWS's own events; an e-mail holds it as it is, which
    is why there is nothing in it but what a person reads. A rule's input template may be its JSON:
    EventBridge fills in `<name>` within texts.

    https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
    """
    return {
        "version": "1.0",
        "source": "custom",
        "content": {
            "textType": "client-markdown",
            "title": title,
            "description": description,
        },
    }
