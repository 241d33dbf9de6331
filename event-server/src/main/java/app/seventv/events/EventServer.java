package app.seventv.events;

import app.seventv.core.service.ServiceDefinition;
import app.seventv.core.service.ServiceMain;
import app.seventv.core.service.ServiceRuntime;
import java.net.InetSocketAddress;
import java.util.List;

/** Main class of the live-event service. */
public final class EventServer {
  /** The service, for its own process and for starting it inside another. */
  public static final ServiceDefinition DEFINITION =
      ServiceDefinition.of("event-api", EventServer.class, EventKeys.SCHEMA, EventService::start);

  private EventServer() {}

  /** Where the service listens once it is started, the plain address first. */
  public static List<InetSocketAddress> addresses(ServiceRuntime runtime) {
    return ((EventService) runtime.service()).addresses();
  }

  /** Runs the service until it is told to stop. */
  public static void main(String[] args) {
    ServiceMain.run(args, DEFINITION);
  }
}
