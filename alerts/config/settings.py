"""All settings of a project as one frozen value."""

from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from alerts.config.channel_declarations import ChannelSettings
from alerts.config.declarations import (
    AlertSettings,
    Funder,
    LintSettings,
    MailboxSettings,
    PrivacySettings,
    RetentionSettings,
    ScheduleSettings,
    SenderSettings,
    SourcesSettings,
    ThemeSettings,
)
from alerts.config.delivery_declarations import (
    BouncesSettings,
    DatabaseSettings,
    DeliverySettings,
    DeparturesSettings,
    DestinationSettings,
    DkimSettings,
)
from alerts.config.hook_declarations import HooksSettings, RelayReportsSettings, WebhookSettings
from alerts.config.log_declarations import LogSettings
from alerts.config.picture_declarations import PicturesSettings
from alerts.config.translator_declarations import TranslatorSettings
from alerts.config.watch_declarations import WatchSettings
from alerts.config.web_declarations import WebSettings
from alerts.config.window_declarations import WindowsSettings

DATABASE_NAME = "subscribers.db"


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one project, and its folder `root`."""

    root: Path
    alert: AlertSettings = field(default_factory=AlertSettings)
    theme: ThemeSettings = field(default_factory=ThemeSettings)
    sender: SenderSettings = field(default_factory=SenderSettings)
    web: WebSettings = field(default_factory=WebSettings)
    delivery: DeliverySettings = field(default_factory=DeliverySettings)
    dkim: DkimSettings = field(default_factory=DkimSettings)
    sources: SourcesSettings = field(default_factory=SourcesSettings)
    mailbox: MailboxSettings = field(default_factory=MailboxSettings)
    pictures: PicturesSettings = field(default_factory=PicturesSettings)
    schedule: ScheduleSettings = field(default_factory=ScheduleSettings)
    windows: WindowsSettings = field(default_factory=WindowsSettings)
    lint: LintSettings = field(default_factory=LintSettings)
    privacy: PrivacySettings = field(default_factory=PrivacySettings)
    bounces: BouncesSettings = field(default_factory=BouncesSettings)
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    departures: DeparturesSettings = field(default_factory=DeparturesSettings)
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    translator: TranslatorSettings = field(default_factory=TranslatorSettings)
    watch: WatchSettings = field(default_factory=WatchSettings)
    log: LogSettings = field(default_factory=LogSettings)
    hooks: HooksSettings = field(default_factory=HooksSettings)
    funders: tuple[Funder, ...] = ()
    destinations: tuple[DestinationSettings, ...] = ()
    webhooks: tuple[WebhookSettings, ...] = ()
    relay_reports: tuple[RelayReportsSettings, ...] = ()
    channels: tuple[ChannelSettings, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The alert's time zone."""
        return ZoneInfo(self.alert.timezone)

    @property
    def database_path(self) -> Path:
        """The path of the project's database."""
        return self.root / DATABASE_NAME

    @property
    def ledger_folders(self) -> tuple[Path, ...]:
        """The folders with further copies of the departures ledger."""
        return tuple(self.root / path for path in self.departures.paths)

    @property
    def default_language(self) -> str:
        """The language of a subscriber who has not chosen one."""
        return self.alert.languages[0]
