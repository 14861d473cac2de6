"""What the web server runs."""

from django.core.wsgi import get_wsgi_application

from fbo_cabinet import env

env.choose_settings("fbo_cabinet.settings.production")
application = get_wsgi_application()
