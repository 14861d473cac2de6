"""What the web server runs."""

from django.core.wsgi import get_wsgi_application

from fbo_cabinet import env
from fbo_cabinet.keys import refuse_wrong_keys

env.choose_settings("fbo_cabinet.settings.production")
application = get_wsgi_application()
refuse_wrong_keys()
