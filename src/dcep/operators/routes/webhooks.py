"""Where a merchant's server is to be told of his wallet's news."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from litestar import delete, get, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from dcep.errors import DcepError
from dcep.http.problems import Problem
from dcep.ids import WalletId
from dcep.operators.routes.branch import Branch
from dcep.operators.routes.holders import Door
from dcep.operators.routes.records import NewWebhook, WebhookBody, webhook_body
from dcep.operators.routes.wallets import By, signed_by_holder
from dcep.operators.webhooks.targets import read_target

_PATH: Final = "/v1/wallets/{wallet:str}/webhook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """What the operator sends messages with: its key as a merchant's server is given it, and what it may reach."""

    key: str
    may_be_inside: bool


def webhook_routes(branch: Branch, door: Door, dispatch: Dispatch | None) -> list[ControllerRouterHandler]:
    """Return the routes of webhooks; without a dispatch the operator sends no messages."""
    webhooks, signed = branch.bank.webhooks, signed_by_holder(door)

    def told(wallet: WalletId) -> WebhookBody:
        try:
            return webhook_body(webhooks.of(wallet), _required(dispatch).key)
        except DcepError as error:
            if error.code != "no_webhook":
                raise
            raise Problem(404, error.code, error.message) from error

    def name(wallet: WalletId, url: str) -> WebhookBody:
        target = read_target(url, may_be_inside=_required(dispatch).may_be_inside)
        webhooks.name(wallet, target, now=branch.clock())
        branch.told.ring()
        return told(wallet)

    # The framework would put the first of three handlers of one path into a thread within a thread.
    @put(_PATH, summary="Let a server be told of a wallet's news", **signed)
    async def put_webhook(wallet: FromPath[str], holder: By, data: JSONBody[NewWebhook]) -> WebhookBody:
        return await asyncio.to_thread(name, holder.require_own(wallet), data.url)

    @get(_PATH, summary="Who is told of a wallet's news", **signed)
    async def get_webhook(wallet: FromPath[str], holder: By) -> WebhookBody:
        return await asyncio.to_thread(told, holder.require_own(wallet))

    @delete(_PATH, summary="Tell nobody any more", **signed)
    async def delete_webhook(wallet: FromPath[str], holder: By) -> None:
        await asyncio.to_thread(webhooks.forget, holder.require_own(wallet))

    return [put_webhook, get_webhook, delete_webhook]


def _required(dispatch: Dispatch | None) -> Dispatch:
    if dispatch is None:
        raise DcepError("no_webhooks", "this operator has no key for messages, and sends none")
    return dispatch
