-- wrk -s muster.lua URL -- COUNT KEY: COUNT triggers of the plan one_call, each an incident of its own.
local ffi = require("ffi")
ffi.cdef [[ struct bench_timeval { long s; long us; }; int gettimeofday(struct bench_timeval *tv, void *tz); ]]
local now = ffi.new("struct bench_timeval")
local headers = { ["Content-Type"] = "application/json" }
local sent, count = 0, 0

function init(args)
    count = tonumber(args[1])
    headers["Authorization"] = "Bearer " .. args[2]
end

function request()
    sent = sent + 1
    if sent >= count then wrk.thread:stop() end
    ffi.C.gettimeofday(now, nil)
    local at = string.format("%d.%03d-%d", tonumber(now.s), tonumber(now.us) / 1000, sent)
    return wrk.format("POST", "/api/v1/incidents", headers,
                      '{"plan":"one_call","title":"one call at=' .. at .. '","key":"' .. at .. '"}')
end
