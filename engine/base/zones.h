/*
 * zones - the rule of each zone of the time zone database, sorted by bytes. Private to civil.c.
 *
 * Made from the last line of each file of the database (RFC 9636, 3.3): the rule that holds
 * from now on, as POSIX writes it. When a government changes one, its line changes.
 *
 * Where summer time goes by Ramadan, no such rule can say it: there the changes of the database's
 * table follow it, from 2025 to the end of that table (2087), as minutes since 1970 in UTC and the
 * minutes ahead of UTC from then on.
 */
/* clang-format off */
#define CHANGES_MOROCCO \
    " 29004600:0 29065080:60 29518680:0 29569080:60 30032760:0 30083160:60 30536760:0" \
    " 30597240:60 31050840:0 31101240:60 31554840:0 31615320:60 32068920:0 32119320:60" \
    " 32583000:0 32633400:60 33087000:0 33147480:60 33601080:0 33651480:60 34105080:0" \
    " 34165560:60 34619160:0 34679640:60 35133240:0 35183640:60 35637240:0 35697720:60" \
    " 36151320:0 36201720:60 36665400:0 36715800:60 37169400:0 37229880:60 37683480:0" \
    " 37733880:60 38187480:0 38247960:60 38701560:0 38762040:60 39215640:0 39266040:60" \
    " 39719640:0 39780120:60 40233720:0 40284120:60 40747800:0 40798200:60 41251800:0" \
    " 41312280:60 41765880:0 41816280:60 42269880:0 42330360:60 42783960:0 42844440:60" \
    " 43298040:0 43348440:60 43802040:0 43862520:60 44316120:0 44366520:60 44830200:0" \
    " 44880600:60 45334200:0 45394680:60 45848280:0 45898680:60 46352280:0 46412760:60" \
    " 46866360:0 46926840:60 47380440:0 47430840:60 47884440:0 47944920:60 48398520:0" \
    " 48448920:60 48912600:0 48963000:60 49416600:0 49477080:60 49930680:0 49981080:60" \
    " 50434680:0 50495160:60 50948760:0 51009240:60 51462840:0 51513240:60 51966840:0" \
    " 52027320:60 52480920:0 52531320:60 52995000:0 53045400:60 53499000:0 53559480:60" \
    " 54013080:0 54063480:60 54517080:0 54577560:60 55031160:0 55091640:60 55545240:0" \
    " 55595640:60 56049240:0 56109720:60 56563320:0 56613720:60 57077400:0 57127800:60" \
    " 57581400:0 57641880:60 58095480:0 58145880:60 58599480:0 58659960:60 59113560:0" \
    " 59163960:60 59627640:0 59678040:60 60131640:0 60192120:60 60645720:0 60696120:60" \
    " 61159800:0 61210200:60 61663800:0 61724280:60"
#define CHANGES_PALESTINE \
    " 29073600:180 29355780:120 29577600:180 29879940:120 30101760:180 30414180:120" \
    " 30625920:180 30938340:120 31150080:180 31462500:120 31684320:180 31986660:120" \
    " 32208480:180 32510820:120 32732640:180 33045060:120 33256800:180 33569220:120" \
    " 33780960:180 34093380:120 34305120:180 34617540:120 34839360:180 35131620:120" \
    " 35363520:180 35645700:120 35887680:180 36149700:120 36411840:180 36663780:120" \
    " 36936000:180 37167780:120 37238400:180 37248420:120 37470240:180 37681860:120" \
    " 37742400:180 37772580:120 37994400:180 38195940:120 38256480:180 38296740:120" \
    " 38518560:180 38699940:120 38770560:180 38820900:120 39042720:180 39214020:120" \
    " 39274560:180 39355140:120 39566880:180 39728100:120 39788640:180 39879300:120" \
    " 40091040:180 40232100:120 40302720:180 40403460:120 40625280:180 40746180:120" \
    " 40806720:180 40927620:120 41149440:180 41250180:120 41320800:180 41451780:120" \
    " 41673600:180 41764260:120 41824800:180 41986020:120 42197760:180 42278340:120" \
    " 42338880:180 42510180:120 42721920:180 42782340:120 42852960:180 43034340:120" \
    " 43256160:180 43296420:120 43356960:180 43558500:120 43780320:180 43800420:120" \
    " 43871040:180 44082660:120 44304480:180 44314500:120 44385120:180 44606820:120" \
    " 44889120:180 45141060:120 45403200:180 45665220:120 45907200:180 46189380:120" \
    " 46421280:180 46713540:120 46935360:180 47237700:120 47459520:180 47771940:120" \
    " 47983680:180 48296100:120 48507840:180 48820260:120 49032000:180 49344420:120" \
    " 49566240:180 49868580:120 50090400:180 50392740:120 50614560:180 50926980:120" \
    " 51138720:180 51451140:120 51662880:180 51965220:120 52197120:180 52479300:120" \
    " 52721280:180 52993380:120 53245440:180 53497380:120 53769600:180 54011460:120" \
    " 54072000:180 54082020:120 54293760:180 54525540:120 54586080:180 54606180:120" \
    " 54817920:180 55029540:120 55100160:180 55130340:120 55352160:180 55543620:120" \
    " 55604160:180 55654500:120 55876320:180 56047620:120 56118240:180 56178660:120" \
    " 56400480:180 56561700:120 56632320:180 56712900:120 56924640:180 57075780:120" \
    " 57136320:180 57237060:120 57448800:180 57579780:120 57650400:180 57761220:120" \
    " 57983040:180 58093860:120 58154400:180 58285380:120 58507200:180 58607940:120" \
    " 58668480:180 58809540:120 59031360:180 59111940:120 59182560:180 59333700:120" \
    " 59555520:180 59626020:120 59686560:180 59867940:120 60079680:180 60130020:120" \
    " 60200640:180 60392100:120 60603840:180 60644100:120 60714720:180 60916260:120" \
    " 61138080:180 61158180:120 61218720:180 61440420:120"
#define ZONE_TABLE(X) \
    X("Africa/Abidjan", "GMT0") \
    X("Africa/Accra", "GMT0") \
    X("Africa/Addis_Ababa", "EAT-3") \
    X("Africa/Algiers", "CET-1") \
    X("Africa/Asmara", "EAT-3") \
    X("Africa/Asmera", "EAT-3") \
    X("Africa/Bamako", "GMT0") \
    X("Africa/Bangui", "WAT-1") \
    X("Africa/Banjul", "GMT0") \
    X("Africa/Bissau", "GMT0") \
    X("Africa/Blantyre", "CAT-2") \
    X("Africa/Brazzaville", "WAT-1") \
    X("Africa/Bujumbura", "CAT-2") \
    X("Africa/Cairo", "EET-2EEST,M4.5.5/0,M10.5.4/24") \
    X("Africa/Casablanca", "<+01>-1" CHANGES_MOROCCO) \
    X("Africa/Ceuta", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Africa/Conakry", "GMT0") \
    X("Africa/Dakar", "GMT0") \
    X("Africa/Dar_es_Salaam", "EAT-3") \
    X("Africa/Djibouti", "EAT-3") \
    X("Africa/Douala", "WAT-1") \
    X("Africa/El_Aaiun", "<+01>-1" CHANGES_MOROCCO) \
    X("Africa/Freetown", "GMT0") \
    X("Africa/Gaborone", "CAT-2") \
    X("Africa/Harare", "CAT-2") \
    X("Africa/Johannesburg", "SAST-2") \
    X("Africa/Juba", "CAT-2") \
    X("Africa/Kampala", "EAT-3") \
    X("Africa/Khartoum", "CAT-2") \
    X("Africa/Kigali", "CAT-2") \
    X("Africa/Kinshasa", "WAT-1") \
    X("Africa/Lagos", "WAT-1") \
    X("Africa/Libreville", "WAT-1") \
    X("Africa/Lome", "GMT0") \
    X("Africa/Luanda", "WAT-1") \
    X("Africa/Lubumbashi", "CAT-2") \
    X("Africa/Lusaka", "CAT-2") \
    X("Africa/Malabo", "WAT-1") \
    X("Africa/Maputo", "CAT-2") \
    X("Africa/Maseru", "SAST-2") \
    X("Africa/Mbabane", "SAST-2") \
    X("Africa/Mogadishu", "EAT-3") \
    X("Africa/Monrovia", "GMT0") \
    X("Africa/Nairobi", "EAT-3") \
    X("Africa/Ndjamena", "WAT-1") \
    X("Africa/Niamey", "WAT-1") \
    X("Africa/Nouakchott", "GMT0") \
    X("Africa/Ouagadougou", "GMT0") \
    X("Africa/Porto-Novo", "WAT-1") \
    X("Africa/Sao_Tome", "GMT0") \
    X("Africa/Timbuktu", "GMT0") \
    X("Africa/Tripoli", "EET-2") \
    X("Africa/Tunis", "CET-1") \
    X("Africa/Windhoek", "CAT-2") \
    X("America/Adak", "HST10HDT,M3.2.0,M11.1.0") \
    X("America/Anchorage", "AKST9AKDT,M3.2.0,M11.1.0") \
    X("America/Anguilla", "AST4") \
    X("America/Antigua", "AST4") \
    X("America/Araguaina", "<-03>3") \
    X("America/Argentina/Buenos_Aires", "<-03>3") \
    X("America/Argentina/Catamarca", "<-03>3") \
    X("America/Argentina/ComodRivadavia", "<-03>3") \
    X("America/Argentina/Cordoba", "<-03>3") \
    X("America/Argentina/Jujuy", "<-03>3") \
    X("America/Argentina/La_Rioja", "<-03>3") \
    X("America/Argentina/Mendoza", "<-03>3") \
    X("America/Argentina/Rio_Gallegos", "<-03>3") \
    X("America/Argentina/Salta", "<-03>3") \
    X("America/Argentina/San_Juan", "<-03>3") \
    X("America/Argentina/San_Luis", "<-03>3") \
    X("America/Argentina/Tucuman", "<-03>3") \
    X("America/Argentina/Ushuaia", "<-03>3") \
    X("America/Aruba", "AST4") \
    X("America/Asuncion", "<-03>3") \
    X("America/Atikokan", "EST5") \
    X("America/Atka", "HST10HDT,M3.2.0,M11.1.0") \
    X("America/Bahia", "<-03>3") \
    X("America/Bahia_Banderas", "CST6") \
    X("America/Barbados", "AST4") \
    X("America/Belem", "<-03>3") \
    X("America/Belize", "CST6") \
    X("America/Blanc-Sablon", "AST4") \
    X("America/Boa_Vista", "<-04>4") \
    X("America/Bogota", "<-05>5") \
    X("America/Boise", "MST7MDT,M3.2.0,M11.1.0") \
    X("America/Buenos_Aires", "<-03>3") \
    X("America/Cambridge_Bay", "MST7MDT,M3.2.0,M11.1.0") \
    X("America/Campo_Grande", "<-04>4") \
    X("America/Cancun", "EST5") \
    X("America/Caracas", "<-04>4") \
    X("America/Catamarca", "<-03>3") \
    X("America/Cayenne", "<-03>3") \
    X("America/Cayman", "EST5") \
    X("America/Chicago", "CST6CDT,M3.2.0,M11.1.0") \
    X("America/Chihuahua", "CST6") \
    X("America/Ciudad_Juarez", "MST7MDT,M3.2.0,M11.1.0") \
    X("America/Coral_Harbour", "EST5") \
    X("America/Cordoba", "<-03>3") \
    X("America/Costa_Rica", "CST6") \
    X("America/Coyhaique", "<-03>3") \
    X("America/Creston", "MST7") \
    X("America/Cuiaba", "<-04>4") \
    X("America/Curacao", "AST4") \
    X("America/Danmarkshavn", "GMT0") \
    X("America/Dawson", "MST7") \
    X("America/Dawson_Creek", "MST7") \
    X("America/Denver", "MST7MDT,M3.2.0,M11.1.0") \
    X("America/Detroit", "EST5EDT,M3.2.0,M11.1.0") \
    X("America/Dominica", "AST4") \
    X("America/Edmonton", "MST7MDT,M3.2.0,M11.1.0") \
    X("America/Eirunepe", "<-05>5") \
    X("America/El_Salvador", "CST6") \
    X("America/Ensenada", "PST8PDT,M3.2.0,M11.1.0") \
    X("America/Fort_Nelson", "MST7") \
    X("America/Fort_Wayne", "EST5EDT,M3.2.0,M11.1.0") \
    X("America/Fortaleza", "<-03>3") \
    X("America/Glace_Bay", "AST4ADT,M3.2.0,M11.1.0") \
    X("America/Godthab", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0") \
    X("America/Goose_Bay", "AST4ADT,M3.2.0,M11.1.0") \
    X("America/Grand_Turk", "EST5EDT,M3.2.0,M11.1.0") \
    X("America/Grenada", "AST4") \
    X("America/Guadeloupe", "AST4") \
    X("America/Guatemala", "CST6") \
    X("America/Guayaquil", "<-05>5") \
    X("America/Guyana", "<-04>4") \
    X("America/Halifax", "AST4ADT,M3.2.0,M11.1.0") \
    X("America/Havana", "CST5CDT,M3.2.0/0,M11.1.0/1") \
    X("America/Hermosillo", "MST7") \
    X("America/Indiana/Indianapolis", "EST5EDT,M3.2.0,M11.1.0") \
    X("America/Indiana/Knox", "CST6CDT,M3.2.0,M11.1.0") \
    X("America/Indiana/Marengo", "EST5EDT,M3.2.0,M11.1.0") \
    X("America/Indiana/Petersburg", "EST5EDT,M3.2.0,M11.1.0") \
    X("America/Indiana/Tell_City", "CST6CDT,M3.2.0,M11.1.0") \
    X("America/Indiana/Vevay", "EST5EDT,M3.2.0,M11.1.0") \
    X("America/Indiana/Vincennes", "EST5EDT,M3.2.0,M11.1.0") \
    X("America/Indiana/Winamac", "EST5EDT,M3.2.0,M11.1.0") \
    X("America/Indianapolis", "EST5EDT,M3.2.0,M11.1.0") \
    X("America/Inuvik", "MST7MDT,M3.2.0,M11.1.0") \
    X("America/Iqaluit", "EST5EDT,M3.2.0,M11.1.0") \
    X("America/Jamaica", "EST5") \
    X("America/Jujuy", "<-03>3") \
    X("America/Juneau", "AKST9AKDT,M3.2.0,M11.1.0") \
    X("America/Kentucky/Louisville", "EST5EDT,M3.2.0,M11.1.0") \
    X("America/Kentucky/Monticello", "EST5EDT,M3.2.0,M11.1.0") \
    X("America/Knox_IN", "CST6CDT,M3.2.0,M11.1.0") \
    X("America/Kralendijk", "AST4") \
    X("America/La_Paz", "<-04>4") \
    X("America/Lima", "<-05>5") \
    X("America/Los_Angeles", "PST8PDT,M3.2.0,M11.1.0") \
    X("America/Louisville", "EST5EDT,M3.2.0,M11.1.0") \
    X("America/Lower_Princes", "AST4") \
    X("America/Maceio", "<-03>3") \
    X("America/Managua", "CST6") \
    X("America/Manaus", "<-04>4") \
    X("America/Marigot", "AST4") \
    X("America/Martinique", "AST4") \
    X("America/Matamoros", "CST6CDT,M3.2.0,M11.1.0") \
    X("America/Mazatlan", "MST7") \
    X("America/Mendoza", "<-03>3") \
    X("America/Menominee", "CST6CDT,M3.2.0,M11.1.0") \
    X("America/Merida", "CST6") \
    X("America/Metlakatla", "AKST9AKDT,M3.2.0,M11.1.0") \
    X("America/Mexico_City", "CST6") \
    X("America/Miquelon", "<-03>3<-02>,M3.2.0,M11.1.0") \
    X("America/Moncton", "AST4ADT,M3.2.0,M11.1.0") \
    X("America/Monterrey", "CST6") \
    X("America/Montevideo", "<-03>3") \
    X("America/Montreal", "EST5EDT,M3.2.0,M11.1.0") \
    X("America/Montserrat", "AST4") \
    X("America/Nassau", "EST5EDT,M3.2.0,M11.1.0") \
    X("America/New_York", "EST5EDT,M3.2.0,M11.1.0") \
    X("America/Nipigon", "EST5EDT,M3.2.0,M11.1.0") \
    X("America/Nome", "AKST9AKDT,M3.2.0,M11.1.0") \
    X("America/Noronha", "<-02>2") \
    X("America/North_Dakota/Beulah", "CST6CDT,M3.2.0,M11.1.0") \
    X("America/North_Dakota/Center", "CST6CDT,M3.2.0,M11.1.0") \
    X("America/North_Dakota/New_Salem", "CST6CDT,M3.2.0,M11.1.0") \
    X("America/Nuuk", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0") \
    X("America/Ojinaga", "CST6CDT,M3.2.0,M11.1.0") \
    X("America/Panama", "EST5") \
    X("America/Pangnirtung", "EST5EDT,M3.2.0,M11.1.0") \
    X("America/Paramaribo", "<-03>3") \
    X("America/Phoenix", "MST7") \
    X("America/Port-au-Prince", "EST5EDT,M3.2.0,M11.1.0") \
    X("America/Port_of_Spain", "AST4") \
    X("America/Porto_Acre", "<-05>5") \
    X("America/Porto_Velho", "<-04>4") \
    X("America/Puerto_Rico", "AST4") \
    X("America/Punta_Arenas", "<-03>3") \
    X("America/Rainy_River", "CST6CDT,M3.2.0,M11.1.0") \
    X("America/Rankin_Inlet", "CST6CDT,M3.2.0,M11.1.0") \
    X("America/Recife", "<-03>3") \
    X("America/Regina", "CST6") \
    X("America/Resolute", "CST6CDT,M3.2.0,M11.1.0") \
    X("America/Rio_Branco", "<-05>5") \
    X("America/Rosario", "<-03>3") \
    X("America/Santa_Isabel", "PST8PDT,M3.2.0,M11.1.0") \
    X("America/Santarem", "<-03>3") \
    X("America/Santiago", "<-04>4<-03>,M9.1.6/24,M4.1.6/24") \
    X("America/Santo_Domingo", "AST4") \
    X("America/Sao_Paulo", "<-03>3") \
    X("America/Scoresbysund", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0") \
    X("America/Shiprock", "MST7MDT,M3.2.0,M11.1.0") \
    X("America/Sitka", "AKST9AKDT,M3.2.0,M11.1.0") \
    X("America/St_Barthelemy", "AST4") \
    X("America/St_Johns", "NST3:30NDT,M3.2.0,M11.1.0") \
    X("America/St_Kitts", "AST4") \
    X("America/St_Lucia", "AST4") \
    X("America/St_Thomas", "AST4") \
    X("America/St_Vincent", "AST4") \
    X("America/Swift_Current", "CST6") \
    X("America/Tegucigalpa", "CST6") \
    X("America/Thule", "AST4ADT,M3.2.0,M11.1.0") \
    X("America/Thunder_Bay", "EST5EDT,M3.2.0,M11.1.0") \
    X("America/Tijuana", "PST8PDT,M3.2.0,M11.1.0") \
    X("America/Toronto", "EST5EDT,M3.2.0,M11.1.0") \
    X("America/Tortola", "AST4") \
    X("America/Vancouver", "PST8PDT,M3.2.0,M11.1.0") \
    X("America/Virgin", "AST4") \
    X("America/Whitehorse", "MST7") \
    X("America/Winnipeg", "CST6CDT,M3.2.0,M11.1.0") \
    X("America/Yakutat", "AKST9AKDT,M3.2.0,M11.1.0") \
    X("America/Yellowknife", "MST7MDT,M3.2.0,M11.1.0") \
    X("Antarctica/Casey", "<+08>-8") \
    X("Antarctica/Davis", "<+07>-7") \
    X("Antarctica/DumontDUrville", "<+10>-10") \
    X("Antarctica/Macquarie", "AEST-10AEDT,M10.1.0,M4.1.0/3") \
    X("Antarctica/Mawson", "<+05>-5") \
    X("Antarctica/McMurdo", "NZST-12NZDT,M9.5.0,M4.1.0/3") \
    X("Antarctica/Palmer", "<-03>3") \
    X("Antarctica/Rothera", "<-03>3") \
    X("Antarctica/South_Pole", "NZST-12NZDT,M9.5.0,M4.1.0/3") \
    X("Antarctica/Syowa", "<+03>-3") \
    X("Antarctica/Troll", "<+00>0<+02>-2,M3.5.0/1,M10.5.0/3") \
    X("Antarctica/Vostok", "<+05>-5") \
    X("Arctic/Longyearbyen", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Asia/Aden", "<+03>-3") \
    X("Asia/Almaty", "<+05>-5") \
    X("Asia/Amman", "<+03>-3") \
    X("Asia/Anadyr", "<+12>-12") \
    X("Asia/Aqtau", "<+05>-5") \
    X("Asia/Aqtobe", "<+05>-5") \
    X("Asia/Ashgabat", "<+05>-5") \
    X("Asia/Ashkhabad", "<+05>-5") \
    X("Asia/Atyrau", "<+05>-5") \
    X("Asia/Baghdad", "<+03>-3") \
    X("Asia/Bahrain", "<+03>-3") \
    X("Asia/Baku", "<+04>-4") \
    X("Asia/Bangkok", "<+07>-7") \
    X("Asia/Barnaul", "<+07>-7") \
    X("Asia/Beirut", "EET-2EEST,M3.5.0/0,M10.5.0/0") \
    X("Asia/Bishkek", "<+06>-6") \
    X("Asia/Brunei", "<+08>-8") \
    X("Asia/Calcutta", "IST-5:30") \
    X("Asia/Chita", "<+09>-9") \
    X("Asia/Choibalsan", "<+08>-8") \
    X("Asia/Chongqing", "CST-8") \
    X("Asia/Chungking", "CST-8") \
    X("Asia/Colombo", "<+0530>-5:30") \
    X("Asia/Dacca", "<+06>-6") \
    X("Asia/Damascus", "<+03>-3") \
    X("Asia/Dhaka", "<+06>-6") \
    X("Asia/Dili", "<+09>-9") \
    X("Asia/Dubai", "<+04>-4") \
    X("Asia/Dushanbe", "<+05>-5") \
    X("Asia/Famagusta", "EET-2EEST,M3.5.0/3,M10.5.0/4") \
    X("Asia/Gaza", "EET-2EEST,M3.4.4/50,M10.4.4/50" CHANGES_PALESTINE) \
    X("Asia/Harbin", "CST-8") \
    X("Asia/Hebron", "EET-2EEST,M3.4.4/50,M10.4.4/50" CHANGES_PALESTINE) \
    X("Asia/Ho_Chi_Minh", "<+07>-7") \
    X("Asia/Hong_Kong", "HKT-8") \
    X("Asia/Hovd", "<+07>-7") \
    X("Asia/Irkutsk", "<+08>-8") \
    X("Asia/Istanbul", "<+03>-3") \
    X("Asia/Jakarta", "WIB-7") \
    X("Asia/Jayapura", "WIT-9") \
    X("Asia/Jerusalem", "IST-2IDT,M3.4.4/26,M10.5.0") \
    X("Asia/Kabul", "<+0430>-4:30") \
    X("Asia/Kamchatka", "<+12>-12") \
    X("Asia/Karachi", "PKT-5") \
    X("Asia/Kashgar", "<+06>-6") \
    X("Asia/Kathmandu", "<+0545>-5:45") \
    X("Asia/Katmandu", "<+0545>-5:45") \
    X("Asia/Khandyga", "<+09>-9") \
    X("Asia/Kolkata", "IST-5:30") \
    X("Asia/Krasnoyarsk", "<+07>-7") \
    X("Asia/Kuala_Lumpur", "<+08>-8") \
    X("Asia/Kuching", "<+08>-8") \
    X("Asia/Kuwait", "<+03>-3") \
    X("Asia/Macao", "CST-8") \
    X("Asia/Macau", "CST-8") \
    X("Asia/Magadan", "<+11>-11") \
    X("Asia/Makassar", "WITA-8") \
    X("Asia/Manila", "PST-8") \
    X("Asia/Muscat", "<+04>-4") \
    X("Asia/Nicosia", "EET-2EEST,M3.5.0/3,M10.5.0/4") \
    X("Asia/Novokuznetsk", "<+07>-7") \
    X("Asia/Novosibirsk", "<+07>-7") \
    X("Asia/Omsk", "<+06>-6") \
    X("Asia/Oral", "<+05>-5") \
    X("Asia/Phnom_Penh", "<+07>-7") \
    X("Asia/Pontianak", "WIB-7") \
    X("Asia/Pyongyang", "KST-9") \
    X("Asia/Qatar", "<+03>-3") \
    X("Asia/Qostanay", "<+05>-5") \
    X("Asia/Qyzylorda", "<+05>-5") \
    X("Asia/Rangoon", "<+0630>-6:30") \
    X("Asia/Riyadh", "<+03>-3") \
    X("Asia/Saigon", "<+07>-7") \
    X("Asia/Sakhalin", "<+11>-11") \
    X("Asia/Samarkand", "<+05>-5") \
    X("Asia/Seoul", "KST-9") \
    X("Asia/Shanghai", "CST-8") \
    X("Asia/Singapore", "<+08>-8") \
    X("Asia/Srednekolymsk", "<+11>-11") \
    X("Asia/Taipei", "CST-8") \
    X("Asia/Tashkent", "<+05>-5") \
    X("Asia/Tbilisi", "<+04>-4") \
    X("Asia/Tehran", "<+0330>-3:30") \
    X("Asia/Tel_Aviv", "IST-2IDT,M3.4.4/26,M10.5.0") \
    X("Asia/Thimbu", "<+06>-6") \
    X("Asia/Thimphu", "<+06>-6") \
    X("Asia/Tokyo", "JST-9") \
    X("Asia/Tomsk", "<+07>-7") \
    X("Asia/Ujung_Pandang", "WITA-8") \
    X("Asia/Ulaanbaatar", "<+08>-8") \
    X("Asia/Ulan_Bator", "<+08>-8") \
    X("Asia/Urumqi", "<+06>-6") \
    X("Asia/Ust-Nera", "<+10>-10") \
    X("Asia/Vientiane", "<+07>-7") \
    X("Asia/Vladivostok", "<+10>-10") \
    X("Asia/Yakutsk", "<+09>-9") \
    X("Asia/Yangon", "<+0630>-6:30") \
    X("Asia/Yekaterinburg", "<+05>-5") \
    X("Asia/Yerevan", "<+04>-4") \
    X("Atlantic/Azores", "<-01>1<+00>,M3.5.0/0,M10.5.0/1") \
    X("Atlantic/Bermuda", "AST4ADT,M3.2.0,M11.1.0") \
    X("Atlantic/Canary", "WET0WEST,M3.5.0/1,M10.5.0") \
    X("Atlantic/Cape_Verde", "<-01>1") \
    X("Atlantic/Faeroe", "WET0WEST,M3.5.0/1,M10.5.0") \
    X("Atlantic/Faroe", "WET0WEST,M3.5.0/1,M10.5.0") \
    X("Atlantic/Jan_Mayen", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Atlantic/Madeira", "WET0WEST,M3.5.0/1,M10.5.0") \
    X("Atlantic/Reykjavik", "GMT0") \
    X("Atlantic/South_Georgia", "<-02>2") \
    X("Atlantic/St_Helena", "GMT0") \
    X("Atlantic/Stanley", "<-03>3") \
    X("Australia/ACT", "AEST-10AEDT,M10.1.0,M4.1.0/3") \
    X("Australia/Adelaide", "ACST-9:30ACDT,M10.1.0,M4.1.0/3") \
    X("Australia/Brisbane", "AEST-10") \
    X("Australia/Broken_Hill", "ACST-9:30ACDT,M10.1.0,M4.1.0/3") \
    X("Australia/Canberra", "AEST-10AEDT,M10.1.0,M4.1.0/3") \
    X("Australia/Currie", "AEST-10AEDT,M10.1.0,M4.1.0/3") \
    X("Australia/Darwin", "ACST-9:30") \
    X("Australia/Eucla", "<+0845>-8:45") \
    X("Australia/Hobart", "AEST-10AEDT,M10.1.0,M4.1.0/3") \
    X("Australia/LHI", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0") \
    X("Australia/Lindeman", "AEST-10") \
    X("Australia/Lord_Howe", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0") \
    X("Australia/Melbourne", "AEST-10AEDT,M10.1.0,M4.1.0/3") \
    X("Australia/NSW", "AEST-10AEDT,M10.1.0,M4.1.0/3") \
    X("Australia/North", "ACST-9:30") \
    X("Australia/Perth", "AWST-8") \
    X("Australia/Queensland", "AEST-10") \
    X("Australia/South", "ACST-9:30ACDT,M10.1.0,M4.1.0/3") \
    X("Australia/Sydney", "AEST-10AEDT,M10.1.0,M4.1.0/3") \
    X("Australia/Tasmania", "AEST-10AEDT,M10.1.0,M4.1.0/3") \
    X("Australia/Victoria", "AEST-10AEDT,M10.1.0,M4.1.0/3") \
    X("Australia/West", "AWST-8") \
    X("Australia/Yancowinna", "ACST-9:30ACDT,M10.1.0,M4.1.0/3") \
    X("Brazil/Acre", "<-05>5") \
    X("Brazil/DeNoronha", "<-02>2") \
    X("Brazil/East", "<-03>3") \
    X("Brazil/West", "<-04>4") \
    X("CET", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("CST6CDT", "CST6CDT,M3.2.0,M11.1.0") \
    X("Canada/Atlantic", "AST4ADT,M3.2.0,M11.1.0") \
    X("Canada/Central", "CST6CDT,M3.2.0,M11.1.0") \
    X("Canada/Eastern", "EST5EDT,M3.2.0,M11.1.0") \
    X("Canada/Mountain", "MST7MDT,M3.2.0,M11.1.0") \
    X("Canada/Newfoundland", "NST3:30NDT,M3.2.0,M11.1.0") \
    X("Canada/Pacific", "PST8PDT,M3.2.0,M11.1.0") \
    X("Canada/Saskatchewan", "CST6") \
    X("Canada/Yukon", "MST7") \
    X("Chile/Continental", "<-04>4<-03>,M9.1.6/24,M4.1.6/24") \
    X("Chile/EasterIsland", "<-06>6<-05>,M9.1.6/22,M4.1.6/22") \
    X("Cuba", "CST5CDT,M3.2.0/0,M11.1.0/1") \
    X("EET", "EET-2EEST,M3.5.0/3,M10.5.0/4") \
    X("EST", "EST5") \
    X("EST5EDT", "EST5EDT,M3.2.0,M11.1.0") \
    X("Egypt", "EET-2EEST,M4.5.5/0,M10.5.4/24") \
    X("Eire", "IST-1GMT0,M10.5.0,M3.5.0/1") \
    X("Etc/GMT", "GMT0") \
    X("Etc/GMT+0", "GMT0") \
    X("Etc/GMT+1", "<-01>1") \
    X("Etc/GMT+10", "<-10>10") \
    X("Etc/GMT+11", "<-11>11") \
    X("Etc/GMT+12", "<-12>12") \
    X("Etc/GMT+2", "<-02>2") \
    X("Etc/GMT+3", "<-03>3") \
    X("Etc/GMT+4", "<-04>4") \
    X("Etc/GMT+5", "<-05>5") \
    X("Etc/GMT+6", "<-06>6") \
    X("Etc/GMT+7", "<-07>7") \
    X("Etc/GMT+8", "<-08>8") \
    X("Etc/GMT+9", "<-09>9") \
    X("Etc/GMT-0", "GMT0") \
    X("Etc/GMT-1", "<+01>-1") \
    X("Etc/GMT-10", "<+10>-10") \
    X("Etc/GMT-11", "<+11>-11") \
    X("Etc/GMT-12", "<+12>-12") \
    X("Etc/GMT-13", "<+13>-13") \
    X("Etc/GMT-14", "<+14>-14") \
    X("Etc/GMT-2", "<+02>-2") \
    X("Etc/GMT-3", "<+03>-3") \
    X("Etc/GMT-4", "<+04>-4") \
    X("Etc/GMT-5", "<+05>-5") \
    X("Etc/GMT-6", "<+06>-6") \
    X("Etc/GMT-7", "<+07>-7") \
    X("Etc/GMT-8", "<+08>-8") \
    X("Etc/GMT-9", "<+09>-9") \
    X("Etc/GMT0", "GMT0") \
    X("Etc/Greenwich", "GMT0") \
    X("Etc/UCT", "UTC0") \
    X("Etc/UTC", "UTC0") \
    X("Etc/Universal", "UTC0") \
    X("Etc/Zulu", "UTC0") \
    X("Europe/Amsterdam", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Andorra", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Astrakhan", "<+04>-4") \
    X("Europe/Athens", "EET-2EEST,M3.5.0/3,M10.5.0/4") \
    X("Europe/Belfast", "GMT0BST,M3.5.0/1,M10.5.0") \
    X("Europe/Belgrade", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Bratislava", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Brussels", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Bucharest", "EET-2EEST,M3.5.0/3,M10.5.0/4") \
    X("Europe/Budapest", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Busingen", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Chisinau", "EET-2EEST,M3.5.0,M10.5.0/3") \
    X("Europe/Copenhagen", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Dublin", "IST-1GMT0,M10.5.0,M3.5.0/1") \
    X("Europe/Gibraltar", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Guernsey", "GMT0BST,M3.5.0/1,M10.5.0") \
    X("Europe/Helsinki", "EET-2EEST,M3.5.0/3,M10.5.0/4") \
    X("Europe/Isle_of_Man", "GMT0BST,M3.5.0/1,M10.5.0") \
    X("Europe/Istanbul", "<+03>-3") \
    X("Europe/Jersey", "GMT0BST,M3.5.0/1,M10.5.0") \
    X("Europe/Kaliningrad", "EET-2") \
    X("Europe/Kiev", "EET-2EEST,M3.5.0/3,M10.5.0/4") \
    X("Europe/Kirov", "MSK-3") \
    X("Europe/Kyiv", "EET-2EEST,M3.5.0/3,M10.5.0/4") \
    X("Europe/Lisbon", "WET0WEST,M3.5.0/1,M10.5.0") \
    X("Europe/Ljubljana", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/London", "GMT0BST,M3.5.0/1,M10.5.0") \
    X("Europe/Luxembourg", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Madrid", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Malta", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Mariehamn", "EET-2EEST,M3.5.0/3,M10.5.0/4") \
    X("Europe/Minsk", "<+03>-3") \
    X("Europe/Monaco", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Moscow", "MSK-3") \
    X("Europe/Nicosia", "EET-2EEST,M3.5.0/3,M10.5.0/4") \
    X("Europe/Oslo", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Paris", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Podgorica", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Prague", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Riga", "EET-2EEST,M3.5.0/3,M10.5.0/4") \
    X("Europe/Rome", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Samara", "<+04>-4") \
    X("Europe/San_Marino", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Sarajevo", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Saratov", "<+04>-4") \
    X("Europe/Simferopol", "MSK-3") \
    X("Europe/Skopje", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Sofia", "EET-2EEST,M3.5.0/3,M10.5.0/4") \
    X("Europe/Stockholm", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Tallinn", "EET-2EEST,M3.5.0/3,M10.5.0/4") \
    X("Europe/Tirane", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Tiraspol", "EET-2EEST,M3.5.0,M10.5.0/3") \
    X("Europe/Ulyanovsk", "<+04>-4") \
    X("Europe/Uzhgorod", "EET-2EEST,M3.5.0/3,M10.5.0/4") \
    X("Europe/Vaduz", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Vatican", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Vienna", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Vilnius", "EET-2EEST,M3.5.0/3,M10.5.0/4") \
    X("Europe/Volgograd", "MSK-3") \
    X("Europe/Warsaw", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Zagreb", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Zaporozhye", "EET-2EEST,M3.5.0/3,M10.5.0/4") \
    X("Europe/Zurich", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("GB", "GMT0BST,M3.5.0/1,M10.5.0") \
    X("GB-Eire", "GMT0BST,M3.5.0/1,M10.5.0") \
    X("GMT", "GMT0") \
    X("GMT+0", "GMT0") \
    X("GMT-0", "GMT0") \
    X("GMT0", "GMT0") \
    X("Greenwich", "GMT0") \
    X("HST", "HST10") \
    X("Hongkong", "HKT-8") \
    X("Iceland", "GMT0") \
    X("Indian/Antananarivo", "EAT-3") \
    X("Indian/Chagos", "<+06>-6") \
    X("Indian/Christmas", "<+07>-7") \
    X("Indian/Cocos", "<+0630>-6:30") \
    X("Indian/Comoro", "EAT-3") \
    X("Indian/Kerguelen", "<+05>-5") \
    X("Indian/Mahe", "<+04>-4") \
    X("Indian/Maldives", "<+05>-5") \
    X("Indian/Mauritius", "<+04>-4") \
    X("Indian/Mayotte", "EAT-3") \
    X("Indian/Reunion", "<+04>-4") \
    X("Iran", "<+0330>-3:30") \
    X("Israel", "IST-2IDT,M3.4.4/26,M10.5.0") \
    X("Jamaica", "EST5") \
    X("Japan", "JST-9") \
    X("Kwajalein", "<+12>-12") \
    X("Libya", "EET-2") \
    X("MET", "MET-1MEST,M3.5.0,M10.5.0/3") \
    X("MST", "MST7") \
    X("MST7MDT", "MST7MDT,M3.2.0,M11.1.0") \
    X("Mexico/BajaNorte", "PST8PDT,M3.2.0,M11.1.0") \
    X("Mexico/BajaSur", "MST7") \
    X("Mexico/General", "CST6") \
    X("NZ", "NZST-12NZDT,M9.5.0,M4.1.0/3") \
    X("NZ-CHAT", "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45") \
    X("Navajo", "MST7MDT,M3.2.0,M11.1.0") \
    X("PRC", "CST-8") \
    X("PST8PDT", "PST8PDT,M3.2.0,M11.1.0") \
    X("Pacific/Apia", "<+13>-13") \
    X("Pacific/Auckland", "NZST-12NZDT,M9.5.0,M4.1.0/3") \
    X("Pacific/Bougainville", "<+11>-11") \
    X("Pacific/Chatham", "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45") \
    X("Pacific/Chuuk", "<+10>-10") \
    X("Pacific/Easter", "<-06>6<-05>,M9.1.6/22,M4.1.6/22") \
    X("Pacific/Efate", "<+11>-11") \
    X("Pacific/Enderbury", "<+13>-13") \
    X("Pacific/Fakaofo", "<+13>-13") \
    X("Pacific/Fiji", "<+12>-12") \
    X("Pacific/Funafuti", "<+12>-12") \
    X("Pacific/Galapagos", "<-06>6") \
    X("Pacific/Gambier", "<-09>9") \
    X("Pacific/Guadalcanal", "<+11>-11") \
    X("Pacific/Guam", "ChST-10") \
    X("Pacific/Honolulu", "HST10") \
    X("Pacific/Johnston", "HST10") \
    X("Pacific/Kanton", "<+13>-13") \
    X("Pacific/Kiritimati", "<+14>-14") \
    X("Pacific/Kosrae", "<+11>-11") \
    X("Pacific/Kwajalein", "<+12>-12") \
    X("Pacific/Majuro", "<+12>-12") \
    X("Pacific/Marquesas", "<-0930>9:30") \
    X("Pacific/Midway", "SST11") \
    X("Pacific/Nauru", "<+12>-12") \
    X("Pacific/Niue", "<-11>11") \
    X("Pacific/Norfolk", "<+11>-11<+12>,M10.1.0,M4.1.0/3") \
    X("Pacific/Noumea", "<+11>-11") \
    X("Pacific/Pago_Pago", "SST11") \
    X("Pacific/Palau", "<+09>-9") \
    X("Pacific/Pitcairn", "<-08>8") \
    X("Pacific/Pohnpei", "<+11>-11") \
    X("Pacific/Ponape", "<+11>-11") \
    X("Pacific/Port_Moresby", "<+10>-10") \
    X("Pacific/Rarotonga", "<-10>10") \
    X("Pacific/Saipan", "ChST-10") \
    X("Pacific/Samoa", "SST11") \
    X("Pacific/Tahiti", "<-10>10") \
    X("Pacific/Tarawa", "<+12>-12") \
    X("Pacific/Tongatapu", "<+13>-13") \
    X("Pacific/Truk", "<+10>-10") \
    X("Pacific/Wake", "<+12>-12") \
    X("Pacific/Wallis", "<+12>-12") \
    X("Pacific/Yap", "<+10>-10") \
    X("Poland", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Portugal", "WET0WEST,M3.5.0/1,M10.5.0") \
    X("ROC", "CST-8") \
    X("ROK", "KST-9") \
    X("Singapore", "<+08>-8") \
    X("Turkey", "<+03>-3") \
    X("UCT", "UTC0") \
    X("US/Alaska", "AKST9AKDT,M3.2.0,M11.1.0") \
    X("US/Aleutian", "HST10HDT,M3.2.0,M11.1.0") \
    X("US/Arizona", "MST7") \
    X("US/Central", "CST6CDT,M3.2.0,M11.1.0") \
    X("US/East-Indiana", "EST5EDT,M3.2.0,M11.1.0") \
    X("US/Eastern", "EST5EDT,M3.2.0,M11.1.0") \
    X("US/Hawaii", "HST10") \
    X("US/Indiana-Starke", "CST6CDT,M3.2.0,M11.1.0") \
    X("US/Michigan", "EST5EDT,M3.2.0,M11.1.0") \
    X("US/Mountain", "MST7MDT,M3.2.0,M11.1.0") \
    X("US/Pacific", "PST8PDT,M3.2.0,M11.1.0") \
    X("US/Samoa", "SST11") \
    X("UTC", "UTC0") \
    X("Universal", "UTC0") \
    X("W-SU", "MSK-3") \
    X("WET", "WET0WEST,M3.5.0/1,M10.5.0") \
    X("Zulu", "UTC0")
/* clang-format on */
