"""Tasks find the broker wherever they are sent from."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from django.conf import settings

from marketplaces import tasks


def test_a_task_sent_from_a_thread_of_the_web_server_goes_to_our_broker() -> None:
    with ThreadPoolExecutor(max_workers=1) as pool:
        app = pool.submit(lambda: tasks.process_push.app).result()

    assert app.main == "fbo_cabinet"
    assert app.conf.broker_url == settings.CELERY_BROKER_URL
    assert app.conf.task_routes["marketplaces.process_push"] == {"queue": "push"}
