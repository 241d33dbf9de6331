/** Tests of the development search server, most of them through the real client. */
@NullMarked
package app.seventv.devstack.typesense;

import org.jspecify.annotations.NullMarked;
