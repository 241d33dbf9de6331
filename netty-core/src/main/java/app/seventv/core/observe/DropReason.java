package app.seventv.core.observe;

import java.util.HashMap;
import java.util.Map;

/**
 * Why a connection or request was refused or cut off: the values of the label {@code reason}. The
 * servers name reasons by text; one that is missing here counts as {@link #OTHER}.
 */
public enum DropReason {
  /** The head breaks the rules of its protocol. */
  MALFORMED_REQUEST("malformed-request"),
  /** The TLS handshake failed. */
  TLS_HANDSHAKE("tls-handshake"),
  /** Nothing was asked for too long. */
  IDLE_TIMEOUT("idle-timeout"),
  /** The head took too long. */
  HEADER_TIMEOUT("header-timeout"),
  /** The body took too long. */
  BODY_TIMEOUT("body-timeout"),
  /** Bytes came slower than the minimum rate. */
  MINIMUM_RATE("minimum-rate"),
  /** The client does not take what it asked for. */
  SLOW_READER("slow-reader"),
  /** Reset or broken by the network or the peer. */
  TRANSPORT_ERROR("transport-error"),
  /** Nothing of what was written went out for too long. */
  WRITE_STALLED("write-stalled"),
  /** Head larger than allowed. */
  HEADER_TOO_LARGE("header-too-large"),
  /** Body larger than allowed. */
  BODY_TOO_LARGE("body-too-large"),
  /** Too many connections in all. */
  CONNECTION_LIMIT("connection-limit"),
  /** Too many connections of one address. */
  ADDRESS_LIMIT("address-limit"),
  /** Too many TLS handshakes at the same time. */
  HANDSHAKE_LIMIT("handshake-limit"),
  /** A handshake took too long. */
  HANDSHAKE_TIMEOUT("handshake-timeout"),
  /** Plain HTTP was sent to a TLS port. */
  PLAIN_HTTP_ON_TLS("plain-http-on-tls"),
  /** Too many requests of one client. */
  RATE_LIMIT("rate-limit"),
  /** Too many streams. */
  STREAM_LIMIT("stream-limit"),
  /** Too many streams reset (rapid reset, MadeYouReset). */
  RESET_FLOOD("reset-flood"),
  /** Too many control frames: ping, settings, priority, window updates, empty frames. */
  CONTROL_FLOOD("control-flood"),
  /** Too many continuation frames. */
  CONTINUATION_FLOOD("continuation-flood"),
  /** Frames that break HTTP/2, HTTP/3 or websocket. */
  PROTOCOL_ERROR("protocol-error"),
  /** The peer or QUIC's own rules ended the connection with an error. */
  CONNECTION_ERROR("connection-error"),
  /** More datagrams wait for another loop than it takes. */
  STEERING_OVERLOAD("steering-overload"),
  /** A compressed body or message grew past its limit. */
  INFLATED_TOO_LARGE("inflated-too-large"),
  /** The PROXY protocol's header is missing, malformed or from a stranger. */
  PROXY_PROTOCOL("proxy-protocol"),
  /** The peer is no trusted proxy. */
  UNTRUSTED_PEER("untrusted-peer"),
  /** No descriptors were left to accept with. */
  ACCEPT_FAILED("accept-failed"),
  /** A defect of this server, which its log tells of. */
  INTERNAL_ERROR("internal-error"),
  /** The server is shutting down. */
  DRAINING("draining"),
  /** Anything else. */
  OTHER("other");

  private static final Map<String, DropReason> BY_LABEL = new HashMap<>();

  static {
    for (DropReason reason : values()) {
      BY_LABEL.put(reason.label, reason);
    }
  }

  private final String label;

  DropReason(String label) {
    this.label = label;
  }

  /** Value of the label. */
  public String label() {
    return label;
  }

  /** The reason with this label, or {@link #OTHER}. */
  public static DropReason of(String label) {
    return BY_LABEL.getOrDefault(label, OTHER);
  }
}
