package app.seventv.events;

import app.seventv.core.service.ServiceDefinition;
import app.seventv.core.service.ServiceMain;

/** Main class of the live-event service. */
public final class EventServer {
  /** The service, for its own process and for starting it inside another. */
  public static final ServiceDefinition DEFINITION =
      ServiceDefinition.of("event-api", EventServer.class, EventKeys.SCHEMA, EventService::start);

  private EventServer() {}

  /** Runs the service until it is told to stop. */
  public static void main(String[] args) {
    ServiceMain.run(args, DEFINITION);
  }
}
