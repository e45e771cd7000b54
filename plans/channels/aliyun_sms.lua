-- 阿里云短信: a template that the carrier has approved, and what fills its gaps. The template of this
-- channel has three of them, e.g. "应急通知：${title}，${text}。确认码${code}". The contact is a number.
-- The secret file:
--     user=LTAI…          AccessKey ID
--     key=…               AccessKey secret
--     sign_name=…         短信签名
--     template=SMS_…      模板CODE
return channel "aliyun_sms" {
    method    = "POST",
    url       = "https://dysmsapi.aliyuncs.com/",
    contact   = "phone",
    encoding  = "query",                             -- an RPC of theirs: all parameters stand behind the url
    headers   = { ["x-acs-action"] = "SendSms", ["x-acs-version"] = "2017-05-25" },
    body      = {
        TemplateParam = { title = "{mark}{incident.title}", text = "{mark}{text}", code = "#{code}" },
        OutId = "{notice.id}",                       -- comes back in its receipts
    },
    variants  = {
        digest = { TemplateParam = { title = "{mark}{incident.title}", text = "{mark}{digest}", code = "#" }, OutId = "{notice.id}" },
    },
    private   = { PhoneNumbers = "{contact}", SignName = "{secret.sign_name}", TemplateCode = "{secret.template}" },
    sign      = "aliyun",                            -- ACS3-HMAC-SHA256
    success   = { status = "200", json = { Code = "OK" } },
    throttled = { json = { Code = { "Throttling", "Throttling.User", "Throttling.Api" } }, wait = "5s" },
    again     = { json = { Code = { "isp.SYSTEM_ERROR", "isp.GATEWAY_EXCEPTION", "ServiceUnavailable" } } },
    reference = "BizId",
    receipt   = "none",
    resend_harmless = false,                         -- each request is one message more, and is paid for
    rate      = "100/1m",                            -- ours; to one number the carrier takes one a minute
    -- what a template leaves open takes 35 characters, and no address
    limits    = { ["TemplateParam.title"] = "35 characters", ["TemplateParam.text"] = "35 characters" },
}
