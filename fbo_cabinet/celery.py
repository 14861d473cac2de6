"""The Celery application and its schedule, in code."""

from __future__ import annotations

from celery import Celery
from celery.schedules import crontab

from fbo_cabinet import env
from fbo_cabinet.heartbeat import EVERY_SECONDS, QUEUES

env.choose_settings("fbo_cabinet.settings.production")

app = Celery("fbo_cabinet")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Also for the threads of the web server: without it a task sent there would look for a broker on localhost.
app.set_default()
# By name: it looks into the database, so it is imported once the apps are there.
app.steps["worker"].add("fbo_cabinet.keys:KeysStep")
app.conf.task_routes = {
    "marketplaces.process_push": {"queue": "push"},
    "marketplaces.process_waiting_pushes": {"queue": "push"},
    "core.send_letter": {"queue": "push"},
    "companies.*": {"queue": "reports"},
    # Erasing takes minutes: it never stands before a reading.
    "marketplaces.erase_account": {"queue": "reports"},
    "core.*": {"queue": "reports"},
    "analytics.*": {"queue": "reports"},
    "supplies.*": {"queue": "reports"},
    "returns.*": {"queue": "reports"},
}
app.conf.beat_schedule = {
    "start-due-streams": {
        "task": "marketplaces.start_due_streams",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "process-waiting-pushes": {
        "task": "marketplaces.process_waiting_pushes",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "reap-lost-runs": {"task": "marketplaces.reap_lost_runs", "schedule": 30.0, "options": {"expires": 30}},
    "go-on-erasing": {"task": "marketplaces.go_on_erasing", "schedule": 15.0, "options": {"expires": 15}},
    "start-prices": {"task": "catalog.start_prices", "schedule": 10.0, "options": {"expires": 10}},
    "refresh-facts": {"task": "analytics.refresh_facts", "schedule": 5.0, "options": {"expires": 5}},
    **{
        f"heartbeat-{queue}": {
            "task": "fbo_cabinet.heartbeat",
            "schedule": EVERY_SECONDS,
            "kwargs": {"queue": queue},
            "options": {"queue": queue, "expires": EVERY_SECONDS},
        }
        for queue in QUEUES
    },
    "end-lapsed-visits": {
        "task": "companies.end_lapsed_visits",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "forget-sign-ins": {"task": "companies.forget_sign_ins", "schedule": crontab(hour="2", minute="40")},
    "forget-lists": {"task": "supplies.forget_lists", "schedule": crontab(hour="2", minute="50")},
    "forget-cost-files": {"task": "catalog.forget_cost_files", "schedule": crontab(hour="2", minute="55")},
    "check-accounts": {"task": "marketplaces.check_accounts", "schedule": crontab(hour="3", minute="20")},
    # In UTC: the morning in Moscow, and still the same day on Kamchatka.
    "remind-of-agreements": {
        "task": "marketplaces.remind_of_agreements",
        "schedule": crontab(hour="6", minute="10"),
    },
}
