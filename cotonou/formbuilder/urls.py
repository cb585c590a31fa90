from django.urls import path

from cotonou.formbuilder import views

app_name = "formbuilder"
urlpatterns = [path("reprendre/", views.resume, name="resume")]
