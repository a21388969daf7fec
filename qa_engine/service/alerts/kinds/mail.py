"""Alerts by mail."""

import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime

from sqlalchemy.orm import Session

from qa_engine.domain import sha256_hex
from qa_engine.service.alerts.channels import FOR_PEOPLE, Channel, Event, Message, channel_kind
from qa_engine.service.alerts.wording import words_of
from qa_engine.service.context import App
from qa_engine.service.posting import TIMEOUT_SECONDS, DeliveryError
from qa_engine.settings import Settings


@dataclass(frozen=True, slots=True)
class MailChannel:
    """All who are mailed, in one letter."""

    settings: Settings

    @property
    def name(self) -> str:
        return "mail"

    def takes(self, event: Event) -> bool:
        return event in FOR_PEOPLE

    def send(self, message: Message) -> None:
        letter = self._letter(message)
        host = self.settings.smtp_host or ""
        kind = smtplib.SMTP_SSL if self.settings.smtp_security == "tls" else smtplib.SMTP
        try:
            with kind(host, self.settings.smtp_port, timeout=TIMEOUT_SECONDS) as server:
                if self.settings.smtp_security == "starttls":
                    server.starttls()
                if self.settings.smtp_user is not None:
                    password = self.settings.smtp_password
                    server.login(self.settings.smtp_user, password.get_secret_value() if password else "")
                refused = server.send_message(letter)
        except (OSError, smtplib.SMTPException) as error:
            # the message of the server may repeat names and passwords
            raise DeliveryError(f"mail server {host}: {type(error).__name__}") from None
        if refused:
            raise DeliveryError(f"mail server {host} refused {len(refused)} of the addresses")

    def _letter(self, message: Message) -> EmailMessage:
        told = words_of(message, self.settings)
        letter = EmailMessage()
        letter["Subject"] = f"[通话质检] {told.title}"
        letter["From"] = self.settings.smtp_from
        letter["To"] = ", ".join(self.settings.alert_mail_to)
        letter["Date"] = format_datetime(message.created_at)
        letter["Message-ID"] = f"<{sha256_hex(message.id.encode())[:32]}@qa-engine>"  # the same at every attempt
        letter.set_content(told.text + "\n")
        return letter


@channel_kind("mail")
def mail_channel(app: App, session: Session) -> Iterator[Channel]:
    if app.settings.smtp_host and app.settings.alert_mail_to:
        yield MailChannel(app.settings)
