package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http3.StaticQpack;
import io.netty.util.AsciiString;

/** Encodes the field section of a response as a HEADERS frame (RFC 9114 §4.2, §7.2.2). */
final class Http3ResponseFields {
  /** What most heads fit. */
  private static final int USUAL_BYTES = 256;

  /** The length is written when it is known, in four bytes (RFC 9000 §16). */
  private static final int LENGTH_INDEX = 1;

  private static final int LENGTH_BYTES = Integer.BYTES;
  private static final int FOUR_BYTE_NUMBER = 0x8000_0000;

  private Http3ResponseFields() {}

  /**
   * Encodes a section; names in lower case, fields of HTTP/1.1 connections left out.
   *
   * @param status of the response, or 0 for trailers
   * @param roomBytes for what the caller adds
   */
  static ByteBuf frame(ByteBufAllocator alloc, int status, HttpHeaders headers, int roomBytes) {
    ByteBuf out = alloc.directBuffer(USUAL_BYTES + roomBytes);
    out.writeByte((int) Http3Frames.HEADERS);
    out.writeInt(0);
    StaticQpack.begin(out);
    if (status > 0) {
      StaticQpack.add(out, ":status", Integer.toString(status));
    }
    if (headers instanceof HeaderFields fields) {
      HeaderBlock common = fields.common();
      if (common != null) {
        out.writeBytes(common.http3());
      }
      addOwn(out, fields);
    } else {
      headers
          .iteratorCharSequence()
          .forEachRemaining(field -> add(out, field.getKey(), field.getValue()));
    }
    int length = out.writerIndex() - LENGTH_INDEX - LENGTH_BYTES;
    out.setInt(LENGTH_INDEX, FOUR_BYTE_NUMBER | length);
    return out;
  }

  private static void addOwn(ByteBuf out, HeaderFields fields) {
    LiteralFields lines = LiteralFields.begin();
    for (int i = 0; i < fields.ownSize(); i++) {
      CharSequence name = fields.ownName(i);
      if (name instanceof AsciiString constant) {
        FieldNames encoded = FieldNames.of(constant);
        if (encoded.sendable()) {
          lines.add(encoded.qpack(), fields.ownValue(i));
        }
      } else {
        add(out, name, fields.ownValue(i));
      }
    }
    lines.writeTo(out);
  }

  private static void add(ByteBuf out, CharSequence mixedCase, CharSequence value) {
    String name = lowerCase(mixedCase);
    if (!Http2Fields.isConnectionSpecific(name)) {
      StaticQpack.add(out, name, value.toString());
    }
  }

  static String lowerCase(CharSequence name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        return AsciiString.of(name).toLowerCase().toString();
      }
    }
    return name.toString();
  }
}
