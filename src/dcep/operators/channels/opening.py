"""Which front end an operator has: by its name in the settings."""

from __future__ import annotations

from typing import assert_never

from dcep.operators.channels import Channel, ChannelName
from dcep.operators.channels.alipay import SimulatedAlipayChannel
from dcep.operators.channels.made import MadeCodes
from dcep.operators.channels.plain import PlainChannel
from dcep.operators.channels.unionpay import SimulatedUnionpayChannel
from dcep.operators.channels.wechat import SimulatedWechatChannel


def open_channel(name: ChannelName, made: MadeCodes) -> Channel:
    """Return the channel of a name; one that imitates somebody's app says so in the log."""
    match name:
        case "plain":
            return PlainChannel()
        case "alipay":
            return SimulatedAlipayChannel(made)
        case "wechat":
            return SimulatedWechatChannel(made)
        case "unionpay":
            return SimulatedUnionpayChannel(made)
        case _:
            assert_never(name)
