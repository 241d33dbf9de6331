package app.seventv.imageprocessor;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads an AVIF file's size, frames and timing from its boxes (ISO/IEC 14496-12 and 23008-12).
 *
 * @param image size and timing
 * @param colourTrack position of the picture track among a sequence's tracks, -1 in a still
 * @param alphaTrack position of the transparency track, -1 if there is none
 */
record AvifHeader(ImageHeader image, int colourTrack, int alphaTrack) {
  private static final int MAX_DEPTH = 8;
  private static final int MAX_IGNORED_DELAY_MS = 10;
  private static final int SUBSTITUTE_DELAY_MS = 100;

  private static final class Track {
    String handler = "";

    /** Refers to another track that it belongs to. */
    boolean auxiliary;

    int width;
    int height;
    long timescale = 1000;
    final List<Long> ticks = new ArrayList<>();
  }

  private static final class Walk {
    final List<Track> tracks = new ArrayList<>();
    int itemWidth;
    int itemHeight;
  }

  static AvifHeader read(byte[] data, boolean sequence) {
    ByteCursor in = new ByteCursor(data, "avif");
    Walk walk = new Walk();
    walk(in, walk, 0);
    int colour = -1;
    int alpha = -1;
    for (int i = 0; i < walk.tracks.size(); i++) {
      Track track = walk.tracks.get(i);
      boolean auxiliary = track.auxiliary || track.handler.equals("auxv");
      if (colour < 0 && !auxiliary && track.handler.equals("pict")) {
        colour = i;
      } else if (alpha < 0 && auxiliary) {
        alpha = i;
      }
    }
    if (sequence && colour >= 0) {
      return new AvifHeader(sequence(walk.tracks.get(colour)), colour, alpha);
    }
    return new AvifHeader(ImageHeader.still(walk.itemWidth, walk.itemHeight), -1, -1);
  }

  private static ImageHeader sequence(Track track) {
    List<Integer> durationsMs = new ArrayList<>();
    for (long ticks : track.ticks) {
      long durationMs = Math.round(ticks * 1000.0 / Math.max(1, track.timescale));
      durationsMs.add(
          durationMs <= MAX_IGNORED_DELAY_MS
              ? SUBSTITUTE_DELAY_MS
              : (int) Math.min(durationMs, Integer.MAX_VALUE));
    }
    return durationsMs.size() < 2
        ? ImageHeader.still(track.width, track.height)
        : new ImageHeader(track.width, track.height, ImageHeader.INFINITE_LOOP, durationsMs);
  }

  private static void walk(ByteCursor in, Walk walk, int depth) {
    if (depth > MAX_DEPTH) {
      throw in.failure("boxes nested too deeply");
    }
    while (in.remaining() >= 8) {
      long size = in.u32be();
      String type = new String(in.bytes(4), StandardCharsets.ISO_8859_1);
      long headerSize = 8;
      if (size == 1) {
        size = in.u64be();
        headerSize = 16;
      }
      long bodySize = size == 0 ? in.remaining() : size - headerSize;
      ByteCursor body = in.slice(Math.min(bodySize, in.remaining()));
      readBox(type, body, walk, depth);
    }
  }

  private static void readBox(String type, ByteCursor body, Walk walk, int depth) {
    switch (type) {
      case "moov", "mdia", "minf", "stbl", "iprp", "ipco", "tref" -> walk(body, walk, depth + 1);
      case "meta" -> {
        body.skip(4);
        walk(body, walk, depth + 1);
      }
      case "trak" -> {
        walk.tracks.add(new Track());
        walk(body, walk, depth + 1);
      }
      case "ispe" -> {
        body.skip(4);
        // The largest item bounds what a decoder allocates; a grid's tiles are smaller than it.
        walk.itemWidth = Math.max(walk.itemWidth, clamp(body.u32be()));
        walk.itemHeight = Math.max(walk.itemHeight, clamp(body.u32be()));
      }
      default -> {
        if (!walk.tracks.isEmpty()) {
          readTrackBox(type, body, walk.tracks.getLast());
        }
      }
    }
  }

  private static void readTrackBox(String type, ByteCursor body, Track track) {
    switch (type) {
      case "auxl" -> track.auxiliary = true;
      case "tkhd" -> {
        int version = body.u8();
        body.skip(version == 1 ? 87 : 75);
        track.width = (int) (body.u32be() >> 16);
        track.height = (int) (body.u32be() >> 16);
      }
      case "mdhd" -> {
        int version = body.u8();
        body.skip(version == 1 ? 19 : 11);
        track.timescale = body.u32be();
      }
      case "hdlr" -> {
        body.skip(8);
        if (track.handler.isEmpty()) {
          track.handler = new String(body.bytes(4), StandardCharsets.ISO_8859_1);
        }
      }
      case "stts" -> readTimes(body, track);
      default -> {}
    }
  }

  private static void readTimes(ByteCursor body, Track track) {
    body.skip(4);
    long entries = body.u32be();
    for (long i = 0; i < entries; i++) {
      long count = body.u32be();
      long ticks = body.u32be();
      if (track.ticks.size() + count > ImageHeader.MAX_FRAMES) {
        throw JobFailure.decode(
            "exceeded maximum input frame count: " + (track.ticks.size() + count));
      }
      for (long k = 0; k < count; k++) {
        track.ticks.add(ticks);
      }
    }
  }

  private static int clamp(long value) {
    return (int) Math.min(value, Integer.MAX_VALUE);
  }
}
