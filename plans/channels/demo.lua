-- The phones of the demo: a webhook to the daemon's own receiver. A drill may use it.
return channel "demo" { extends = "webhook", receipt = "seen", drill = true }
