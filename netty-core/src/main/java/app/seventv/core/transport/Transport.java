package app.seventv.core.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.AdoptedServerSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringBufferRingConfig;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringFixedBufferRingAllocator;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.handler.codec.quic.EpollQuicUtils;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import java.net.InetSocketAddress;
import java.util.Map;

/** A system interface for sockets, with its channel classes. */
public enum Transport {
  /** Linux io_uring: submission and completion rings, multishot accept and receive. */
  IO_URING(
      IoUringServerSocketChannel.class, IoUringSocketChannel.class, IoUringDatagramChannel.class),
  /** Linux epoll. */
  EPOLL(EpollServerSocketChannel.class, EpollSocketChannel.class, EpollDatagramChannel.class),
  /** The JDK's selector, everywhere. */
  NIO(NioServerSocketChannel.class, NioSocketChannel.class, NioDatagramChannel.class);

  /**
   * Submission queue entries per loop. A full queue is submitted: 512 sends at once keep what the
   * kernel needs for them in its caches, which 4,096 do not; with the default of 128 the calls
   * themselves cost more (docs/decisions/0024).
   */
  static final int RING_SIZE_ENTRIES = 512;

  /**
   * Completion queue entries per loop (16 bytes each). With the default a connect burst of 19,000
   * overflows it and a third of the connections is lost.
   */
  static final int COMPLETION_QUEUE_ENTRIES = 65_536;

  /** Buffers in the ring of each loop: 64 x 4 KiB, used up piece by piece where the kernel can. */
  static final short BUFFER_RING_ENTRIES = 64;

  /** Bytes of each buffer in the ring. */
  static final int BUFFER_RING_BUFFER_BYTES = 4096;

  /** QUIC packets per system call: 16 of up to 1,350 bytes are well below the kernel's 64 KB. */
  private static final int MAX_SEGMENTS = 16;

  /**
   * Asked for each datagram socket, which serves many clients; the kernel gives as much of it as
   * {@code net.core.rmem_max} and {@code wmem_max} allow.
   */
  static final int DATAGRAM_SOCKET_BUFFER_BYTES = 4 << 20;

  /** Packets that wait for a datagram socket; those of one connection may be megabytes. */
  static final WriteBufferWaterMark DATAGRAM_WATER_MARK =
      new WriteBufferWaterMark(1 << 20, 4 << 20);

  private static final short BUFFER_GROUP = 0;

  /**
   * Netty 4.2.18 starts a multishot accept again whenever it ends, even while auto-read is off.
   * Without free descriptors it ends at once, so that loop would spin; one accept at a time waits.
   */
  private static final String MULTISHOT_ACCEPT = "io.netty.iouring.acceptMultiShotEnabled";

  static {
    if (System.getProperty(MULTISHOT_ACCEPT) == null) {
      System.setProperty(MULTISHOT_ACCEPT, "false"); // read when IoUring is loaded, below
    }
  }

  private final Class<? extends ServerChannel> serverChannel;
  private final Class<? extends SocketChannel> clientChannel;
  private final Class<? extends DatagramChannel> datagramChannel;

  Transport(
      Class<? extends ServerChannel> serverChannel,
      Class<? extends SocketChannel> clientChannel,
      Class<? extends DatagramChannel> datagramChannel) {
    this.serverChannel = serverChannel;
    this.clientChannel = clientChannel;
    this.datagramChannel = datagramChannel;
  }

  /** Whether this kernel, user and build can use it. */
  public boolean isAvailable() {
    return switch (this) {
      case IO_URING -> IoUring.isAvailable();
      case EPOLL -> Epoll.isAvailable();
      case NIO -> true;
    };
  }

  /** Why it is not available, in one line; empty if it is. */
  String unavailableBecause() {
    Throwable cause =
        switch (this) {
          case IO_URING -> IoUring.unavailabilityCause();
          case EPOLL -> Epoll.unavailabilityCause();
          case NIO -> null;
        };
    Throwable root = cause;
    while (root != null && root.getCause() != null) {
      root = root.getCause();
    }
    return root == null ? "" : String.valueOf(root);
  }

  /** Class of listening stream channels. */
  public Class<? extends ServerChannel> serverChannel() {
    return serverChannel;
  }

  /** Class of connecting stream channels. */
  public Class<? extends SocketChannel> clientChannel() {
    return clientChannel;
  }

  /** Class of datagram channels (QUIC, DNS). */
  public Class<? extends DatagramChannel> datagramChannel() {
    return datagramChannel;
  }

  /** A listening channel around a socket that another process bound. */
  ServerChannel adoptServer(int descriptor) {
    Descriptors.setNonBlocking(descriptor, true);
    return switch (this) {
      case IO_URING -> new AdoptedServerSocketChannel(descriptor);
      case EPOLL -> new EpollServerSocketChannel(descriptor);
      case NIO -> throw new UnsupportedOperationException("nio cannot adopt sockets");
    };
  }

  /** A datagram channel around a socket that another process bound. */
  DatagramChannel adoptDatagram(int descriptor) {
    // io_uring waits in the kernel, and only does so on blocking sockets.
    Descriptors.setNonBlocking(descriptor, this != IO_URING);
    return switch (this) {
      case IO_URING -> new IoUringDatagramChannel(descriptor);
      case EPOLL -> new EpollDatagramChannel(descriptor);
      case NIO -> throw new UnsupportedOperationException("nio cannot adopt sockets");
    };
  }

  /**
   * How QUIC packets of one size leave in one system call (UDP_SEGMENT, Linux 4.18), where kernel
   * and channel can.
   */
  public SegmentedDatagramPacketAllocator datagramSegments() {
    return switch (this) {
      case IO_URING ->
          IoUringDatagramChannel.isSegmentedDatagramPacketSupported()
              ? new IoUringSegments()
              : SegmentedDatagramPacketAllocator.NONE;
      case EPOLL -> EpollQuicUtils.newSegmentedAllocator(MAX_SEGMENTS);
      case NIO -> SegmentedDatagramPacketAllocator.NONE;
    };
  }

  /** Netty has such an allocator for epoll only. */
  private static final class IoUringSegments implements SegmentedDatagramPacketAllocator {
    @Override
    public int maxNumSegments() {
      return MAX_SEGMENTS;
    }

    @Override
    public DatagramPacket newPacket(ByteBuf data, int segmentBytes, InetSocketAddress recipient) {
      return new SegmentedDatagramPacket(data, segmentBytes, recipient);
    }
  }

  /** Whether several sockets can listen on one port, each served by its own loop. */
  boolean hasReusePort() {
    return this != NIO;
  }

  /** See tcp(7). */
  static final ChannelOption<Integer> TCP_USER_TIMEOUT =
      new IntegerUnixChannelOption("TCP_USER_TIMEOUT", 6, 18);

  /**
   * How long sent bytes may stay without acknowledgement, or a client without room for more, before
   * the kernel gives the connection up. With heartbeats this finds a client that has vanished;
   * Linux would take about 15 minutes.
   */
  static final int USER_TIMEOUT_MS = 60_000;

  IoHandlerFactory handlerFactory(boolean bufferRing) {
    return switch (this) {
      case IO_URING -> IoUringIoHandler.newFactory(ringConfig(bufferRing));
      case EPOLL -> EpollIoHandler.newFactory();
      case NIO -> NioIoHandler.newFactory();
    };
  }

  private static IoUringIoHandlerConfig ringConfig(boolean bufferRing) {
    IoUringIoHandlerConfig config =
        new IoUringIoHandlerConfig()
            .setRingSize(RING_SIZE_ENTRIES)
            .setCqSize(COMPLETION_QUEUE_ENTRIES);
    if (bufferRing && IoUring.isRegisterBufferRingSupported()) {
      config.setBufferRingConfig(
          IoUringBufferRingConfig.builder()
              .bufferGroupId(BUFFER_GROUP)
              .bufferRingSize(BUFFER_RING_ENTRIES)
              .batchSize(BUFFER_RING_ENTRIES)
              .incremental(IoUring.isRegisterBufferRingIncSupported())
              .allocator(
                  // Its slices serve again: the other allocator makes an object for each read.
                  new IoUringFixedBufferRingAllocator(
                      PooledByteBufAllocator.DEFAULT, BUFFER_RING_BUFFER_BYTES))
              .build());
    }
    return config;
  }

  /** Options every listening channel gets. */
  Map<ChannelOption<?>, Object> reusePortOptions() {
    return hasReusePort() ? Map.of(UnixChannelOption.SO_REUSEPORT, true) : Map.of();
  }

  /**
   * Options every listening stream channel gets, which what it accepts inherits (Linux copies the
   * socket).
   */
  Map<ChannelOption<?>, Object> listenOptions() {
    return this == NIO ? Map.of() : Map.of(TCP_USER_TIMEOUT, USER_TIMEOUT_MS);
  }

  /** Options every datagram channel gets besides the common ones: several datagrams per read. */
  Map<ChannelOption<?>, Object> datagramOptions() {
    return this == IO_URING
        ? Map.of(
            ChannelOption.RECVBUF_ALLOCATOR,
            new DatagramReads(),
            IoUringChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE,
            DatagramReads.DATAGRAM_BYTES)
        : Map.of();
  }

  /** Options every connected stream channel gets besides the common ones. */
  Map<ChannelOption<?>, Object> streamOptions(boolean bufferRing) {
    return this == IO_URING && bufferRing && IoUring.isRegisterBufferRingSupported()
        ? Map.of(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID, BUFFER_GROUP)
        : Map.of();
  }
}
