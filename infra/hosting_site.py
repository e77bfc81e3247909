"""The public address: a Firebase Hosting site, its domains, and what is released on it.

Left out: DNS records of custom domains, which live with whoever sells the domain (the output `dnsRecords` lists
them), and preview channels.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_gcp as gcp
from pulumi import Input, Output, ResourceOptions

from flask_hearth.staticfiles import caching
from hearth.hosting import static_files
from hearth.hosting.hosting_config import HostingConfig
from hearth.resources import SiteRelease
from infra.settings import StackSettings
from infra.web_service import WebService


class HostingSite(pulumi.ComponentResource):
    """A site with a release on its live channel. The release waits for everything in `released_after`."""

    url: Output[str]
    dns_records: Mapping[str, Output[Any]]
    """By custom domain: the records that its owner has to set."""

    def __init__(
        self,
        name: str,
        stack: StackSettings,
        *,
        hosting: HostingConfig,
        files: Mapping[str, str],
        web: WebService,
        image: Input[str],
        after: Sequence[pulumi.Resource],
        released_after: Sequence[pulumi.Resource],
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("hearth-app:infra:HostingSite", name, None, opts)
        firebase = gcp.firebase.Project(
            f"{name}-firebase",
            project=stack.project,
            # Firebase can't be taken out of a project again; deleting this resource would only be an error.
            opts=ResourceOptions(parent=self, depends_on=after, retain_on_delete=True),
        )
        site = gcp.firebase.HostingSite(
            name,
            project=stack.project,
            site_id=stack.names.site,
            # A project's default site can't be deleted. Google's provider adopts any site that exists already, and
            # `ABANDON` leaves it there. Its id may belong to another project (docs/deploying.md).
            deletion_policy="ABANDON" if stack.names.site == stack.project else "DELETE",
            opts=ResourceOptions(parent=self, depends_on=[firebase], protect=stack.protect),
        )
        domains = {
            domain: gcp.firebase.HostingCustomDomain(
                f"{name}-{domain}",
                project=stack.project,
                site_id=site.site_id.apply(str),
                custom_domain=domain,
                # Somebody has to set DNS records in between, so waiting would only run into a timeout.
                wait_dns_verification=False,
                opts=ResourceOptions(parent=self, protect=stack.protect),
            )
            for domain in stack.custom_domains
        }
        release = SiteRelease(
            name,
            project=stack.project,
            site=site.site_id.apply(str),
            channel="live",
            public=hosting.public,
            files=static_files.with_twins(files),
            config=hosting.serving(service=stack.names.service, region=stack.region),
            caching={"digested": caching.DIGESTED, "plain": caching.PLAIN},
            service={"name": web.full_name, "image": image, "template": web.fingerprint},
            opts=ResourceOptions(parent=self, depends_on=released_after, protect=stack.protect),
        )
        self.url = release.url
        self.dns_records = {domain: resource.required_dns_updates for domain, resource in domains.items()}
        self.register_outputs({"url": self.url})
