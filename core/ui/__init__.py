"""The components behind `{% load ui %}`: one function, one template and one stylesheet each."""
