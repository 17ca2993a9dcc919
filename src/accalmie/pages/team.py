"""The team: who may do what. For admins."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accalmie.actions import people as actions
from accalmie.core.lifecycle import NotPossible
from accalmie.core.people import Do, NoRight, Role
from accalmie.pages import names
from accalmie.pages.door import Visit, page
from accalmie.pages.forms import InviteForm
from accalmie.records.models import User


@page("GET", needs=Do.MANAGE_PEOPLE)
def team(request: Visit) -> HttpResponseBase:
    """Show everybody with their role, and invite somebody."""
    return _shown(request, InviteForm())


@never_cache
@page("POST", needs=Do.MANAGE_PEOPLE)
def invite(request: Visit) -> HttpResponseBase:
    """Make an account. Its one-time password stands in this answer and nowhere else."""
    form = InviteForm(request.POST)
    if form.is_valid():
        fields = form.cleaned_data
        try:
            person, password = actions.invite(
                request.user, username=fields["username"], email=fields["email"], role=Role(fields["role"])
            )
        except NoRight:
            raise
        except NotPossible as refusal:
            form.add_error("username", names.sentence(refusal))
        else:
            return render(
                request, "pages/one_time.html", {"person": person, "password": password, "new": True}
            )
    return _shown(request, form)


@page("POST", needs=Do.MANAGE_PEOPLE)
def change_role(request: Visit, user_id: int) -> HttpResponseBase:
    """Give somebody another role."""
    person = get_object_or_404(User, pk=user_id)
    role = request.POST.get("role", "")
    if role not in {str(known.value) for known in Role}:
        raise NotPossible(_("This role does not exist."))
    actions.change_role(request.user, person.pk, Role(int(role)))
    told = {"name": person.username, "role": names.ROLES[Role(int(role))]}
    messages.success(request, _("%(name)s now has the role %(role)s.") % told)
    return redirect("team")


@page("POST", needs=Do.MANAGE_PEOPLE)
def deactivate(request: Visit, user_id: int) -> HttpResponseBase:
    """Close an account."""
    person = get_object_or_404(User, pk=user_id)
    actions.deactivate(request.user, person.pk)
    messages.success(request, _("The account of %(name)s is closed.") % {"name": person.username})
    return redirect("team")


@page("POST", needs=Do.MANAGE_PEOPLE)
def activate(request: Visit, user_id: int) -> HttpResponseBase:
    """Open a closed account again."""
    person = get_object_or_404(User, pk=user_id)
    actions.activate(request.user, person.pk)
    messages.success(request, _("The account of %(name)s is open again.") % {"name": person.username})
    return redirect("team")


@never_cache
@page("POST", needs=Do.MANAGE_PEOPLE)
def reset_password(request: Visit, user_id: int) -> HttpResponseBase:
    """Give somebody a new one-time password. It stands in this answer and nowhere else."""
    person = get_object_or_404(User, pk=user_id)
    password = actions.reset_password(request.user, person.pk)
    return render(request, "pages/one_time.html", {"person": person, "password": password, "new": False})


def _shown(request: Visit, form: InviteForm) -> HttpResponseBase:
    people = User.objects.annotate(ways=Count("contacts")).order_by("-is_active", "username")
    shown = {
        "people": people,
        "roles": [(role.value, names.ROLES[role]) for role in Role],
        "form": form,
    }
    return render(request, "pages/team.html", shown)


urls: list[URLPattern] = [
    path("team/", team, name="team"),
    path("team/invite/", invite, name="team_invite"),
    path("team/<int:user_id>/role/", change_role, name="team_role"),
    path("team/<int:user_id>/deactivate/", deactivate, name="team_deactivate"),
    path("team/<int:user_id>/activate/", activate, name="team_activate"),
    path("team/<int:user_id>/password/", reset_password, name="team_password"),
]
