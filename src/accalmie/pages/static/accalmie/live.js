// Makes pages live. The stream at /live/ names what changed ("topic-7"); every element with
// data-live="topic-7" is told so by the event "live" and fetches itself again with htmx.
