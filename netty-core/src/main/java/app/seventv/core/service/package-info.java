/**
 * The life of a server process: start, health, watchdog, drain and exit, the same for all.
 *
 * <p>A main class declares its keys and how it starts; {@link app.seventv.core.service.ServiceMain}
 * does the rest:
 *
 * <pre>{@code
 * public final class CdnMain {
 *   static final Key<InetSocketAddress> BIND =
 *       Key.address("cdn.bind", "0.0.0.0:8000", "Address of plain HTTP.");
 *   static final ConfigSchema SCHEMA = ConfigSchema.of(BIND);
 *   static final ServiceDefinition DEFINITION =
 *       ServiceDefinition.of("cdn", CdnMain.class, SCHEMA, CdnMain::start);
 *
 *   public static void main(String[] args) {
 *     ServiceMain.run(args, DEFINITION);
 *   }
 *
 *   private static RunningService start(ServiceContext context) throws Exception {
 *     Listener listener =
 *         context.loops().bindPerLoop(context.config().get(BIND), loop -> new CdnInitializer());
 *     context.health().require("s3", bucket::ping);
 *     return new Cdn(listener); // drain(limit): listener.close(), then wait for open requests
 *   }
 * }
 * }</pre>
 *
 * <p>A test starts the same definition in its own JVM: {@code try (var cdn =
 * ServiceRuntime.start(DEFINITION, DEFINITION.config("cdn.bind = '127.0.0.1:0'"))) …}.
 */
@NullMarked
package app.seventv.core.service;

import org.jspecify.annotations.NullMarked;
