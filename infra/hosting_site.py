"""The public address: a Firebase Hosting site, its domains, and what is released on it.

Left out: DNS records of custom domains, which live with whoever sells the domain (the output `dnsRecords` lists
them), and preview channels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_gcp as gcp
from pulumi import Input, Output, ResourceOptions

from flask_hearth.staticfiles import caching
from hearth.resources import SiteRelease


@dataclass(frozen=True, kw_only=True)
class HostingSiteArgs:
    """Inputs of HostingSite. `after` must exist before the site is created, `released_after` before it is released."""

    project: str
    site: str
    custom_domains: Sequence[str]
    public: str
    files: Mapping[str, str]
    config: Mapping[str, Any]
    service: Input[str]
    image: Input[str]
    template: Input[str]
    protect: bool
    after: Sequence[pulumi.Resource]
    released_after: Sequence[pulumi.Resource]


class HostingSite(pulumi.ComponentResource):
    """A site with a release on its live channel."""

    url: Output[str]
    dns_records: Mapping[str, Output[Any]]
    """By custom domain: the records that its owner has to set."""

    def __init__(self, name: str, args: HostingSiteArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("hearth-app:infra:HostingSite", name, None, opts)
        firebase = gcp.firebase.Project(
            f"{name}-firebase",
            project=args.project,
            # Firebase can't be taken out of a project again; deleting this resource would only be an error.
            opts=ResourceOptions(parent=self, depends_on=args.after, retain_on_delete=True),
        )
        site = gcp.firebase.HostingSite(
            name,
            project=args.project,
            site_id=args.site,
            # A project's default site is there from the start and can't be deleted: it is adopted, and let go.
            deletion_policy="ABANDON" if args.site == args.project else "DELETE",
            opts=ResourceOptions(parent=self, depends_on=[firebase], protect=args.protect),
        )
        domains = {
            domain: gcp.firebase.HostingCustomDomain(
                f"{name}-{domain}",
                project=args.project,
                site_id=site.site_id.apply(str),
                custom_domain=domain,
                # Somebody has to set DNS records in between, so waiting would only run into a timeout.
                wait_dns_verification=False,
                opts=ResourceOptions(parent=self, protect=args.protect),
            )
            for domain in args.custom_domains
        }
        release = SiteRelease(
            name,
            project=args.project,
            site=site.site_id.apply(str),
            channel="live",
            public=args.public,
            files=args.files,
            config=args.config,
            caching={"digested": caching.DIGESTED, "plain": caching.PLAIN},
            service={"name": args.service, "image": args.image, "template": args.template},
            opts=ResourceOptions(parent=self, depends_on=args.released_after, protect=args.protect),
        )
        self.url = release.url
        self.dns_records = {domain: resource.required_dns_updates for domain, resource in domains.items()}
        self.register_outputs({"url": self.url})
