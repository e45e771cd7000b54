-- The same data as webhook's, as a CloudEvent 1.0 in structured mode: for an event bus or whoever has
-- a library for it. Signed as webhook is; who does not check signatures leaves them unread.
return channel "cloudevents" {
    extends = "webhook",
    headers = { ["content-type"] = "application/cloudevents+json" },
    body    = {
        specversion     = "1.0",
        id              = "{notice.id}",             -- the same on every attempt: a second one is a duplicate
        source          = "urn:muster:{incident.id}",
        type            = "{type}",
        time            = "{at}",
        subject         = "{person.id}",
        datacontenttype = "application/json",
        data = {
            notice     = "{notice.id}",
            to         = "{person.id}",
            text       = "{mark}{text}",
            lang       = "{lang}",
            code       = "{code}",
            answer_url = "{answer_url}",
            attempt    = "{attempt:number}",
            incident   = {
                id    = "{incident.id}",
                title = "{mark}{incident.title}",
                plan  = "{incident.plan}",
                grade = "{incident.grade}",
                level = "{incident.level}",
                place = "{incident.place}",
                drill = "{drill:boolean}",
            },
        },
    },
}
