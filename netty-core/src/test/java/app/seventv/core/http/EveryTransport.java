package app.seventv.core.http;

import app.seventv.core.transport.TransportOptions;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A class whose tests run over every transport; its parameter is the transport's name. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedClass
@EnumSource(
    value = TransportOptions.Choice.class,
    names = {"IO_URING", "EPOLL", "NIO"})
public @interface EveryTransport {}
