package dev.culvert.ice.internal.ports;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.xml.XMLConstants;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;
import org.xml.sax.Attributes;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.XMLReader;
import org.xml.sax.helpers.DefaultHandler;

/**
 * Reads XML that a router sent: no document type, so neither entities nor files nor other hosts; bounded depth and
 * size. Each element's text goes to the handler in one piece, as weupnp's handlers expect.
 */
final class RouterXml {
    private static final int MAX_DEPTH = 32;

    private RouterXml() {}

    /** @throws SAXException if it is not such XML */
    static void parse(byte[] document, DefaultHandler handler) throws SAXException {
        if (document.length > HttpReply.MAX_BYTES) {
            throw new SAXException("too long");
        }
        try {
            SAXParserFactory factory = SAXParserFactory.newInstance();
            factory.setNamespaceAware(true);
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setFeature("http://xml.org/sax/features/external-general-entities", false);
            factory.setFeature("http://xml.org/sax/features/external-parameter-entities", false);
            XMLReader reader = factory.newSAXParser().getXMLReader();
            Whole whole = new Whole(handler);
            reader.setContentHandler(whole);
            reader.setErrorHandler(whole);
            reader.setEntityResolver((publicId, systemId) -> {
                throw new SAXException("an external entity");
            });
            reader.parse(new InputSource(new ByteArrayInputStream(document)));
        } catch (ParserConfigurationException | IOException e) {
            throw new SAXException(e);
        }
    }

    private static final class Whole extends DefaultHandler {
        private final DefaultHandler handler;
        private final StringBuilder text = new StringBuilder();
        private int depth;

        Whole(DefaultHandler handler) {
            this.handler = handler;
        }

        @Override
        public void startElement(String uri, String localName, String qName, Attributes attributes)
                throws SAXException {
            flush();
            depth++;
            if (depth > MAX_DEPTH) {
                throw new SAXException("too deep");
            }
            handler.startElement(uri, localName, qName, attributes);
        }

        @Override
        public void endElement(String uri, String localName, String qName) throws SAXException {
            flush();
            depth--;
            handler.endElement(uri, localName, qName);
        }

        @Override
        public void characters(char[] chars, int start, int length) {
            text.append(chars, start, length);
        }

        private void flush() throws SAXException {
            String piece = text.toString().trim();
            text.setLength(0);
            if (!piece.isEmpty()) {
                handler.characters(piece.toCharArray(), 0, piece.length());
            }
        }
    }
}
