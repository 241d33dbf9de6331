package app.seventv.api.cache;

import app.seventv.api.web.JsonWriter;
import app.seventv.core.content.EntityTag;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * Pieces of an answer that are compressed already, and where they belong in the text around them.
 * Together they make one gzip body of one member, as any client reads it (RFC 1952).
 */
public final class Splices {
  /** Magic number, deflate, no flags, no time, no extra flags, unknown system. */
  private static final byte[] HEAD = {0x1F, (byte) 0x8B, 8, 0, 0, 0, 0, 0, 0, (byte) 0xFF};

  /** A last block of fixed codes with nothing in it. */
  private static final byte[] LAST_BLOCK = {3, 0};

  private static final int TRAILER_BYTES = 8;

  private final List<DeflatePiece> pieces = new ArrayList<>();
  private final List<Integer> positions = new ArrayList<>();

  /** Whether there are none, so that the text is the whole. */
  boolean isEmpty() {
    return pieces.isEmpty();
  }

  /** Puts a piece behind what was written so far. */
  public void add(JsonWriter out, DeflatePiece piece) {
    pieces.add(piece);
    positions.add(out.length());
  }

  /**
   * A whole body.
   *
   * @param body outside of the heap; whoever has it releases it
   */
  record Joined(ByteBuf body, EntityTag tag) {}

  /**
   * The whole in gzip. Its tag is made of the digests of its pieces, which are known already.
   *
   * @param text what belongs between the pieces
   */
  Joined join(JsonWriter text) {
    List<DeflatePiece> all = new ArrayList<>(2 * pieces.size() + 1);
    int from = 0;
    for (int i = 0; i < pieces.size(); i++) {
      from = addText(text, from, positions.get(i), all);
      all.add(pieces.get(i));
    }
    addText(text, from, text.length(), all);
    int size = HEAD.length + LAST_BLOCK.length + TRAILER_BYTES;
    for (DeflatePiece piece : all) {
      size += piece.bytes().length;
    }
    ByteBuf body = Unpooled.directBuffer(size, size).writeBytes(HEAD);
    MessageDigest digest = Tags.sha256();
    int crc = 0;
    int length = 0;
    for (DeflatePiece piece : all) {
      body.writeBytes(piece.bytes());
      digest.update((byte) piece.digest().length);
      digest.update(piece.digest());
      crc = piece.crcAfter(crc);
      length += piece.length();
    }
    body.writeBytes(LAST_BLOCK).writeIntLE(crc).writeIntLE(length);
    return new Joined(body, Tags.tag(digest));
  }

  private static int addText(JsonWriter text, int from, int to, List<DeflatePiece> into) {
    if (to > from) {
      into.add(text.piece(from, to));
    }
    return to;
  }
}
