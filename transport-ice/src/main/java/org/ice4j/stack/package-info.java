/**
 * Culvert's four classes inside ice4j's own package: what they override is package-private there. ADR 0001 says why,
 * and what must be looked at when ice4j's version changes.
 */
package org.ice4j.stack;
