"""One MQTT connection to AWS IoT Core, on Home Assistant's event loop.

paho-mqtt connects in the executor, because that blocks; then the event loop reads and
writes its socket. A Client is used once: for the next connection make another one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
import contextlib
from dataclasses import dataclass
from pathlib import Path
import socket
import ssl
from tempfile import NamedTemporaryFile
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from homeassistant.core import HomeAssistant, callback

from .pairing import Pairing

KEEP_ALIVE = 30  # seconds: a router forgets connections that are silent for longer
CONNECT_TIMEOUT = 10  # seconds
FLUSH_TIMEOUT = 2  # seconds
ALPN_PORT = 443
TAKEN_OVER = 142  # reason of a disconnect: another client came with this id
_NOT_AUTHORIZED = (128, 134, 135, 138, 140)  # reasons that waiting does not change
ALPN = "x-amzn-mqtt-ca"  # by which IoT Core knows MQTT with certificates on port 443
_CLOCK = (9, 10)  # OpenSSL's codes: certificate not yet valid, expired


class ConnectError(Exception):
    """The connection was not made."""


class CannotReach(ConnectError):
    """The broker cannot be reached."""


class Busy(CannotReach):
    """The broker answers, and takes no connection now."""


class Refused(ConnectError):
    """The broker does not accept the certificate, or its policy forbids something."""


class WrongClock(ConnectError):
    """The broker's certificate is of another time than this clock's."""


class Untrusted(ConnectError):
    """The server has no certificate of the authority from pairing."""


class TakenOver(ConnectError):
    """Another client has connected with the same certificate."""


@dataclass(frozen=True)
class Message:
    """A message that came."""

    payload: bytes
    response_topic: str | None
    correlation: bytes | None


def _tls_context(pairing: Pairing, key_file: Path, port: int) -> ssl.SSLContext:
    """Return the TLS settings. It reads files: call it in the executor."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cadata=pairing.authority)
    with NamedTemporaryFile("w", suffix=".pem") as certificate:
        certificate.write(pairing.certificate)
        certificate.flush()
        context.load_cert_chain(certificate.name, key_file)
    if port == ALPN_PORT:
        context.set_alpn_protocols([ALPN])
    return context


class Client:
    """A connection. All methods are called on the event loop."""

    def __init__(
        self,
        hass: HomeAssistant,
        pairing: Pairing,
        key_file: Path,
        client_id: str,
        *,
        will: tuple[str, bytes] | None = None,
        on_message: Callable[[Message], None] | None = None,
    ) -> None:
        """Prepare a connection; connect makes it."""
        self._hass = hass
        self._pairing = pairing
        self._key_file = key_file
        self._on_message = on_message
        self._introduced: asyncio.Future[None] = hass.loop.create_future()
        self._subscribed: asyncio.Future[None] = hass.loop.create_future()
        self._ticking: asyncio.TimerHandle | None = None
        self.ended = asyncio.Event()
        self.taken_over = False  # another client ended it, as far as the broker says
        self._mqtt = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id, protocol=mqtt.MQTTv5
        )
        self._mqtt.connect_timeout = CONNECT_TIMEOUT
        self._mqtt.on_connect = self._connected
        self._mqtt.on_disconnect = self._disconnected
        self._mqtt.on_subscribe = self._subscribe_answered
        self._mqtt.on_message = self._message
        if will:
            self._mqtt.will_set(will[0], will[1], qos=0, retain=True)

    async def connect(self, port: int) -> None:
        """Connect and wait until the broker has accepted it; a ConnectError if not."""
        try:
            await self._dialled(port)
        except ssl.SSLCertVerificationError as err:
            if err.verify_code in _CLOCK:
                raise WrongClock(str(err)) from err
            raise Untrusted(str(err)) from err
        except ssl.SSLError as err:
            refused = "ALERT" in (err.reason or "")
            raise (Refused if refused else CannotReach)(str(err)) from err
        except OSError as err:
            raise CannotReach(str(err)) from err
        self._attach()
        await self._within(self._introduced)

    async def subscribe(self, topic: str) -> None:
        """Subscribe to a topic, and wait until the broker has accepted it."""
        self._mqtt.subscribe(topic, qos=0)
        await self._within(self._subscribed)

    @callback
    def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        retain: bool = False,
        correlation: bytes | None = None,
    ) -> None:
        """Publish a message; without a connection nothing happens."""
        properties = None
        if correlation is not None:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.CorrelationData = correlation
        self._mqtt.publish(topic, payload, qos=0, retain=retain, properties=properties)

    async def disconnect(self) -> None:
        """Send what waits to be sent, say good-bye and close."""
        await self._flush()
        self._mqtt.disconnect()
        await self._flush()
        self.close()

    @callback
    def close(self) -> None:
        """Close at once; the broker publishes the last will."""
        if (sock := self._mqtt.socket()) is not None:
            self._detach(sock)
            sock.close()
        self._end()

    async def _dialled(self, port: int) -> None:
        dialling = self._hass.async_add_executor_job(self._dial, port)
        try:
            await asyncio.shield(dialling)
        except asyncio.CancelledError:
            # The thread goes on, and the broker must not count its connection.
            dialling.add_done_callback(self._discard)
            raise

    def _discard(self, dialling: asyncio.Future[None]) -> None:
        if not dialling.cancelled():
            dialling.exception()  # no one may be waiting for it
        self.close()

    async def _within(self, answer: asyncio.Future[None]) -> None:
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                await answer
        except TimeoutError as err:
            raise CannotReach("the broker does not answer") from err

    async def _flush(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FLUSH_TIMEOUT):
                while self._mqtt.want_write() and not self.ended.is_set():
                    self._write()
                    await asyncio.sleep(0)

    def _dial(self, port: int) -> None:
        """Connect. It blocks: TCP, TLS and the first packet."""
        self._mqtt.tls_set_context(_tls_context(self._pairing, self._key_file, port))
        self._mqtt.connect(
            self._pairing.endpoint, port, keepalive=KEEP_ALIVE, clean_start=True
        )
        if isinstance(sock := self._mqtt.socket(), socket.socket):
            # Without it an answer waits 40 ms for the acknowledgement of the last one.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @callback
    def _attach(self) -> None:
        """Have the event loop read and write the socket."""
        sock = self._mqtt.socket()
        if sock is None:
            raise Refused("the broker has closed the connection")
        self._mqtt.on_socket_close = self._socket_closed
        self._mqtt.on_socket_register_write = self._socket_writes
        self._mqtt.on_socket_unregister_write = self._socket_written
        self._hass.loop.add_reader(sock, self._read)
        if self._mqtt.want_write():
            self._hass.loop.add_writer(sock, self._write)
        self._tick()
        self._read()

    @callback
    def _read(self) -> None:
        """Read packets, those too that TLS has decrypted already."""
        while (sock := self._mqtt.socket()) is not None:
            if self._mqtt.loop_read() != mqtt.MQTT_ERR_SUCCESS:
                return
            if not isinstance(sock, ssl.SSLSocket) or not sock.pending():
                return

    @callback
    def _write(self) -> None:
        self._mqtt.loop_write()

    @callback
    def _tick(self) -> None:
        """Keep the connection alive, and notice when it is not."""
        self._mqtt.loop_misc()
        if not self.ended.is_set():
            self._ticking = self._hass.loop.call_later(1, self._tick)

    def _socket_closed(self, client: mqtt.Client, userdata: Any, sock: Any) -> None:
        self._detach(sock)

    def _socket_writes(self, client: mqtt.Client, userdata: Any, sock: Any) -> None:
        self._hass.loop.add_writer(sock, self._write)

    def _socket_written(self, client: mqtt.Client, userdata: Any, sock: Any) -> None:
        if sock.fileno() >= 0:
            self._hass.loop.remove_writer(sock)

    @callback
    def _detach(self, sock: Any) -> None:
        if sock.fileno() >= 0:
            self._hass.loop.remove_reader(sock)
            self._hass.loop.remove_writer(sock)

    @callback
    def _connected(
        self,
        client: mqtt.Client,
        userdata: Any,
        flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if self._introduced.done():
            return
        if not reason.is_failure:
            self._introduced.set_result(None)
        elif reason.value in _NOT_AUTHORIZED:
            self._introduced.set_exception(Refused(str(reason)))
        else:
            self._introduced.set_exception(Busy(str(reason)))

    @callback
    def _subscribe_answered(
        self,
        client: mqtt.Client,
        userdata: Any,
        mid: int,
        reasons: list[ReasonCode],
        properties: Properties | None,
    ) -> None:
        if self._subscribed.done():
            return
        if any(r.is_failure for r in reasons):
            self._subscribed.set_exception(Refused(str(reasons[0])))
        else:
            self._subscribed.set_result(None)

    @callback
    def _disconnected(
        self,
        client: mqtt.Client,
        userdata: Any,
        flags: mqtt.DisconnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        # paho reads a reason only if properties follow it; without them it is 0,
        # which a broker itself has no use for.
        self.taken_over = flags.is_disconnect_packet_from_server and reason.value in (
            0,
            TAKEN_OVER,
        )
        self._end()

    @callback
    def _end(self) -> None:
        self.ended.set()
        if self._ticking is not None:
            self._ticking.cancel()
        for waiting in (self._introduced, self._subscribed):
            if not waiting.done():
                # TLS 1.3 tells that a certificate is refused only after the handshake.
                reason = TakenOver if self.taken_over else Refused
                waiting.set_exception(reason("the broker has closed the connection"))
                waiting.exception()  # no one may be waiting

    @callback
    def _message(
        self, client: mqtt.Client, userdata: Any, message: mqtt.MQTTMessage
    ) -> None:
        if self._on_message is not None:
            self._on_message(
                Message(
                    payload=message.payload,
                    response_topic=getattr(message.properties, "ResponseTopic", None),
                    correlation=getattr(message.properties, "CorrelationData", None),
                )
            )
