# Translated for this project; not reviewed by a native speaker.

# Who the bot is. Telegram shows name and description before anyone presses Start.
bot-name = Doctor Llama (una IA, no un médico)
bot-short-description = Una IA que explica temas de salud con palabras sencillas. No es un médico. No es para emergencias.
bot-description =
    No es para emergencias.

    Soy Doctor Llama, una IA que explica temas de salud con palabras sencillas. No soy un médico, puedo equivocarme y no sustituyo a ninguno. En una emergencia, llama al número de emergencias de tu país.

command-start = Quién soy y qué puedes decidir
command-help = Cómo usarme
command-new = Empezar una conversación nueva
command-history = Tus conversaciones
command-off = Apagarme en este grupo
command-on = Volver a encenderme
command-stop = Detener la respuesta en curso
command-about = Qué modelo te responde
command-language = En qué idioma hablo
command-country = Dónde estoy, para los números de emergencia
command-privacy = Qué se guarda de ti
command-mydata = Todo lo tuyo en un archivo
command-forget = Borrar una respuesta, una conversación o todo
command-admin = Lo que puedes hacer aquí

# /start and consent
start =
    ¡Hola! Soy Doctor Llama, una IA, no un médico. Pregúntame sobre salud con tus propias palabras y te explicaré lo que se sabe en general.

    ⚠️ No es para emergencias. Si alguien puede estar en peligro, llama ahora al número de emergencias de tu país (el 112 funciona en la mayoría de los móviles).

    Puedo equivocarme. Para decidir sobre tu salud, consulta a un médico o a un farmacéutico.
start-consent =
    Lo que guardo, si estás de acuerdo: tus preguntas, mis respuestas y tus valoraciones, con tu número de Telegram, para poder seguir nuestra conversación. No se guarda nada de eso antes de que aceptes.

    Al aceptar dices también que tienes 18 años o más.

    Qué se guarda, por cuánto tiempo y cómo retirarlo: /privacy.
start-agreed = Has aceptado que guarde nuestras conversaciones. Haz tu pregunta cuando quieras.
start-group = Aquí respondo cuando me mencionas o respondes a un mensaje mío. Para aceptar que guarde datos, o para preguntar en privado, escríbeme directamente.
group-notice =
    Hola. Respondo en este grupo cuando se menciona a { $name } o cuando alguien responde a un mensaje mío. No leo los demás mensajes.

    Todos aquí ven las preguntas y mis respuestas. Solo guardo las de quienes lo han aceptado, y también pueden preguntarme en privado. Soy una IA, no un médico, y no soy para emergencias.

    Un administrador puede apagarme con /off.
group-on = Vuelvo a responder aquí cuando me mencionan o responden a un mensaje mío.
group-off = Ahora guardo silencio aquí, salvo ante señales de emergencia. /on me hace volver.
group-only = Eso es para grupos.
group-admins = Solo un administrador de este grupo puede hacer eso.
consent-changed = Lo que aceptaste ha cambiado desde entonces. Léelo otra vez, por favor: hasta que aceptes, no se guarda nada más.
consent-needed =
    Antes de responder necesito tu permiso: guardo tus preguntas, mis respuestas y tus valoraciones, con tu número de Telegram, para poder seguir nuestra conversación. Confirmas que tienes 18 años o más. Soy una IA, no un médico, y puedo equivocarme.

    Todavía no se ha guardado nada de tu pregunta. Pulsa el botón y la responderé.

    Qué se guarda, por cuánto tiempo y cómo retirarlo: /privacy.
consent-button = Estoy de acuerdo
consent-thanks = Gracias. Tu pregunta está en camino.
consent-thanks-ask-again = Gracias. Envíame ahora tu pregunta, por favor.
share-question =
    Otra decisión, aparte de esa: ¿pueden tus valoraciones ayudar a mejorar el modelo? Si dices que sí, las respuestas que valores, con sus preguntas, podrán usarse para entrenarlo. Está desactivado mientras no lo actives, y puedes cambiarlo aquí en cualquier momento con /start.
share-on = Sí, ayudar a mejorarlo
share-off = No, dejarlas fuera del entrenamiento
share-state-on = Ahora: sí, mis valoraciones pueden mejorar el modelo.
share-state-off = Ahora: no, nada mío se usa para entrenar.
share-toast-on = Gracias. Tus valoraciones pueden mejorar el modelo.
share-toast-off = Nada tuyo se usa para entrenar.
share-consent-first = Primero acepta que guarde datos, con /start.

# /help, /about, /new, /stop
help =
    Pregúntame lo que quieras sobre salud, con palabras sencillas y un tema a la vez. Por ejemplo: «¿Qué ayuda contra la alergia al polen?»

    👍 y 👎 debajo de una respuesta nos dicen si fue buena. Puedes cambiar o retirar tu valoración en cualquier momento.

    🔄 trae otra respuesta y conserva la primera. Después de un 👎 puedes decir por qué, o escribir una respuesta mejor. Para corregir solo una parte, márcala en mi respuesta y responde a ella. Si editas una pregunta, respondo a la nueva versión.

    /new – empezar una conversación nueva, sin lo dicho antes
    /history – tus conversaciones, para verlas o seguir con ellas
    /stop – detener la respuesta en curso
    /start – quién soy y qué puedes decidir
    /about – qué modelo te responde
    /language – en qué idioma hablo
    /country – dónde estás, para los números de emergencia
    /privacy, /mydata, /forget – qué se guarda de ti

    En un grupo, mencióname o responde a un mensaje mío. Soy una IA, no un médico, y no soy para emergencias.
about =
    Doctor Llama { $version }, una IA, no un médico.
    Modelo: { $model }
    Adaptador: { $adapter }
    Pesos: { $weights }
    Ningún profesional sanitario ha revisado este bot ni sus respuestas.
about-none = ninguno
about-unknown =
    Doctor Llama { $version }, una IA, no un médico.
    El modelo no está en marcha en este momento, así que no puedo decir cuál es.
    Ningún profesional sanitario ha revisado este bot ni sus respuestas.
about-demo = Este es el pequeño modelo de demostración incluido. Se hizo para mostrar cómo funciona todo, conoce unos cincuenta temas de salud comunes y nada más, y ningún profesional sanitario ha leído lo que se le enseñó. Solo entiende y escribe inglés.
about-elsewhere = El adaptador no se entrenó aquí: de qué aprendió y cómo se midió lo dice quien lo publicó.
about-trained =
    El adaptador se entrenó aquí el { $date }, con los conjuntos de datos públicos de este bot y { $rows } opiniones aprobadas. Su última evaluación, frente al anterior:
    { $measured }
new-done = Una conversación nueva. Ya no tengo en cuenta lo que se dijo antes.
history-title = Tus conversaciones. ▸ es la que sigue abierta.
history-title-page = Tus conversaciones, página { $page } de { $pages }. ▸ es la que sigue abierta.
history-none = Todavía no hay ninguna conversación. Haz una pregunta.
history-untitled = Sin título
history-newer = ‹ Más recientes
history-older = Más antiguas ›
history-resume = Seguir con esta conversación
history-back = ‹ Volver
history-resumed = De vuelta en «{ $title }». Vuelvo a tener en cuenta lo que se dijo allí.
history-unanswered = Nada de ella tuvo respuesta.
stop-nothing = No hay nada que detener.
stop-toast = Deteniendo.
stop-too-late = Esa respuesta ya ha terminado.
not-yours-stop = Solo quien preguntó puede detener esto.

# /language
language-name = Español
language-ask = ¿En qué idioma te hablo? (Esto cambia mis propias frases; el modelo responde en el idioma de la pregunta, hasta donde puede.)
language-auto = El de mi aplicación
language-done = A partir de ahora hablo español.

# /country
country-ask = ¿En qué país estás? En una emergencia diré sus números.
country-done = Anotado: { $country }. Emergencias: { $emergency }. Línea de crisis: { $crisis }. No he comprobado estos números con los propios servicios. Cámbialo con /country.
country-button = 🌍 ¿En qué país estoy?
only-private = Hazlo en un chat privado conmigo, por favor.
privacy =
    Lo que guardo de ti

    Tu número: { $number }
    Preguntas y respuestas: { $messages }
    Valoraciones y correcciones: { $feedback }
    Almacenamiento: { $storing }
    Entrenar el modelo: { $training }
    { $kept }

    Quien gestiona este bot puede leer lo guardado; sus revisores leen lo que permites usar para entrenar el modelo. Los chats de Telegram con bots no están cifrados de extremo a extremo.

    /mydata – todo lo tuyo en un archivo
    /forget – borrar una respuesta, una conversación o todo. Lo que borras sale enseguida de todas las tablas y del archivo, y ningún entrenamiento posterior lo ve; un modelo que haya aprendido de ello queda marcado para ser sustituido. Las copias de seguridad lo conservan hasta que se sustituyen, tras { $nights } noches; si se restaura una, se borra de nuevo. Los mensajes de este chat están en Telegram: borra allí el chat.
privacy-yes = sí
privacy-no = no
privacy-since = sí, aceptado el { $date }
privacy-outdated = ya no: el texto ha cambiado, acéptalo de nuevo, por favor
privacy-kept = Lo que tiene más de { $days } días se borra cada noche, salvo lo que permites usar para entrenar el modelo.
privacy-kept-on = Se conserva hasta que lo borres.
withdraw-button = No guardar nada más
withdraw-done = A partir de ahora no se guarda nada más, y nada tuyo entrena el modelo. Lo ya guardado permanece hasta que lo borres con /forget. Podré responder de nuevo cuando vuelvas a aceptar.
mydata = Todo lo que se guarda de ti, filas: { $rows }. Es JSON: cualquier editor de texto lo abre.
mydata-none = No se guarda nada de ti.
forget-ask = ¿Qué borro? Te muestro lo que es antes de borrar nada.
forget-answer = La última pregunta y sus respuestas
forget-conversation = Esta conversación
forget-everything = Todo
forget-confirm = Se borraría: preguntas y respuestas { $messages }, valoraciones y correcciones { $feedback }. No se puede deshacer. Para confirmar, envíame esto en { $minutes } minutos:
forget-confirm-everything = Con ello se van tus consentimientos, tu idioma y cualquier rol que tengas aquí.
forget-wrong = Ese código no es correcto, o es demasiado antiguo. Con /forget se empieza de nuevo.
forget-done = Borrado: preguntas y respuestas { $messages }, valoraciones y correcciones { $feedback }. Los mensajes de este chat están en Telegram, no aquí: borra allí el chat si quieres.

# What cannot be asked
refuse-empty = No veo ninguna pregunta ahí. Escríbela con palabras, por favor.
refuse-signs = Solo veo signos o emojis. Escribe tu pregunta con palabras, por favor.
refuse-long = Es demasiado largo para mí: puedo leer { $limit } caracteres cada vez. Acórtalo, por favor, o pregunta una parte después de otra.
refuse-sticker = Bonito sticker, pero solo puedo leer texto. Escribe tu pregunta con palabras, por favor.
refuse-photo = No puedo ver imágenes. Describe con palabras lo que ves o lo que quieres saber, por favor.
refuse-voice = Todavía no puedo escuchar mensajes de voz. Escribe tu pregunta como texto, por favor.
refuse-file = Solo puedo leer texto, no archivos ni otras cosas. Escribe tu pregunta con palabras, por favor.
refuse-command = No conozco { $command }. ¿Querías decir { $nearest }?
refuse-command-unknown = No conozco { $command }. Con /help ves lo que puedo hacer.
refuse-many = Ya tienes varias preguntas esperando. Las responderé primero; envía la siguiente después, por favor.
refuse-full = En este momento esperan muchísimas preguntas. Inténtalo de nuevo en unos minutos, por favor. Tu pregunta no se ha guardado.
refuse-fast = Eso fue muy rápido. Espera { $time } y envía tu pregunta otra vez, por favor. No se ha guardado.
refuse-quota = Has hecho tantas preguntas como puede hacer una persona en 24 horas. Podrás hacer la siguiente dentro de { $time }. Esta no se ha guardado.
refuse-busy = En este momento pregunta muchísima gente. Envía tu pregunta otra vez dentro de { $time }, por favor. No se ha guardado.
refuse-outsider = Este bot responde solo a las personas que sus propietarios han admitido. Si los conoces, pídeles que te admitan, con tu número: { $number }. Puedes volver cuando lo hayan hecho.
edit-taken = Responderé la versión corregida.
anew-ask = Has cambiado una pregunta que ya he empezado a responder, o que ya he respondido. ¿Respondo a la nueva versión?
anew-button = Responder a la nueva versión

# A question on its way
status-next = Tu pregunta ha llegado. Es la siguiente.
status-before =
    { $before ->
        [one] Tu pregunta ha llegado. Hay una pregunta antes que la tuya.
       *[other] Tu pregunta ha llegado. Hay { $before } preguntas antes que la tuya.
    }
status-wait = { $status } Más o menos { $time }.
status-learning = { $status } El modelo está aprendiendo al mismo tiempo, así que puede tardar más.
status-learning-alone = { $status } El modelo está aprendiendo en este momento. Respondo en cuanto termine.
status-learning-until = { $status } El modelo está aprendiendo en este momento. Respondo cuando termine, dentro de { $time } más o menos.
status-fresh =
    { $status }

    (Una conversación nueva, porque la última fue hace tiempo. Está en /history.)
status-paused = Tu pregunta ha llegado. Las respuestas están en pausa por mantenimiento; se responderá después. En una emergencia, llama al número de emergencias de tu país.
status-paused-for = Tu pregunta ha llegado. Las respuestas están en pausa por mantenimiento, más o menos { $time }; se responderá después. En una emergencia, llama al número de emergencias de tu país.
time-seconds =
    { $seconds ->
        [one] un segundo
       *[other] { $seconds } segundos
    }
time-minutes =
    { $minutes ->
        [one] un minuto
       *[other] { $minutes } minutos
    }
time-hours =
    { $hours ->
        [one] una hora
       *[other] { $hours } horas
    }
status-running = Estoy escribiendo la respuesta…
stop-button = Detener
answer-here = Aquí está la respuesta:
answer-continues = …
answer-empty = No tengo respuesta para eso. Intenta preguntarlo con otras palabras, por favor.
answer-stopped = — detenida
stopped = Detenida.
failed =
    Lo siento, no he podido responder esta pregunta. Envíala otra vez, por favor. Si vuelve a fallar, intenta preguntarla con otras palabras.

    Error { $id }
failed-crashed =
    Lo siento: algo en esta pregunta hace que el programa se detenga, así que la he apartado. Pregunta con otras palabras, por favor.

    Error { $id }
failed-long = Lo siento, esta pregunta es demasiado larga para el modelo. Acórtala, por favor, o empieza de nuevo con /new.
failed-engine =
    Lo siento, el modelo no está disponible en este momento. Envía tu pregunta otra vez en unos minutos, por favor.

    Error { $id }
anyway-button = No es una emergencia: responder
anyway-toast = La responderé.
anyway-gone = Ya no tengo esa pregunta. Envíala otra vez, por favor.

# Ratings
rate-up = 👍
rate-down = 👎
rate-up-chosen = 👍 ✓
rate-down-chosen = 👎 ✓
rate-toast-up = Gracias. Anotado: 👍
rate-toast-down = Gracias. Anotado: 👎
rate-toast-none = Tu valoración se ha retirado.
again-button = 🔄
again-try = 🔄 Otro intento
again-toast = Otra respuesta está en camino.
again-already = Ya hay una respuesta más nueva, o está en camino.
chosen = { $text } ✓
why-wrong = Incorrecta
why-unsafe = Peligrosa
why-incomplete = Incompleta
why-unclear = Difícil de entender
why-off-topic = Fuera de tema
why-other = Otra cosa
why-toast = Gracias. Eso ayuda.
compare-ask = ¿Qué respuesta es mejor: la primera (1) o la nueva (2)?
compare-1 = 1
compare-2 = 2
compare-same = Igual
compare-bad = Las dos malas
compare-toast = Gracias. Puedes cambiarlo en cualquier momento.
write-button = ✍️ Respuesta mejor
write-ask = Escribe la respuesta mejor en tu próximo mensaje: tal como te habría gustado leerla.
write-placeholder = Tu respuesta mejor
write-leave = Déjalo
write-left = De acuerdo. Tu próximo mensaje vuelve a ser una pregunta.
write-thanks = Gracias, anotado. Si editas tu mensaje, anoto el cambio.
write-thanks-kept = Gracias, anotado junto a esta respuesta. No entrena ningún modelo si no lo permites con /start. Si editas tu mensaje, anoto el cambio.
write-more = Escribir más
write-more-toast = Envía el resto en tu próximo mensaje.
write-back = Retirarla
write-taken-back = Retirada. No se guarda nada de ella.
write-question = Era una pregunta
write-changed = Tu cambio está anotado.
write-too-long = Es demasiado larga: una respuesta mejor tiene como máximo { $limit } caracteres en total. Este mensaje no se añadió.
not-yours-rate = Solo quien preguntó puede valorar esto.
not-yours-consent = Este botón es para quien preguntó.
button-stale = Este botón ya no funciona.

# Confirmations
confirm-yes = Sí, hazlo
confirm-no = No
confirm-cancelled = No se ha cambiado nada.
confirm-stale = Eso ya se confirmó, o es demasiado antiguo. Da la orden otra vez, por favor.

# /admin, for those with a role
role-owner = propietario
role-admin = administrador
role-reviewer = revisor
role-member = miembro
role-user = usuario
role-blocked = bloqueado
role-given = Ahora tienes un rol aquí: { $role }. Con /admin ves lo que puedes hacer.
admin-list = Tu rol: { $role }. Puedes usar:
admin-unknown = No conozco { $word }.
admin-nearest = ¿Querías decir { $nearest }?
admin-not-allowed = Tu rol no lo permite.
admin-owners = Los propietarios se nombran en la configuración, no aquí.
admin-status-usage = /admin status – qué está en marcha, qué espera, qué ha fallado
admin-status = Doctor Llama { $version }
admin-status-paused = ⏸ Las respuestas están en pausa. Con /admin resume se sigue.
admin-status-worker =
    Proceso { $name }, en marcha desde hace { $hours } h, { $memory } de memoria
    Modelo: { $model }
    Adaptador: { $adapter }
    Pesos: { $weights }
admin-status-gpu = GPU: { $name }, { $used } de { $total }, carga { $load } %, { $celsius } °C
admin-status-no-gpu = GPU: no se ve ninguna
admin-status-no-worker = ⚠️ No se ha visto ningún proceso en los últimos dos minutos: no se responde nada.
admin-status-adapter = Activo en el registro: { $adapter }
admin-status-queue = Cola: { $waiting } en espera, { $running } en redacción.
admin-status-oldest = La primera lleva esperando { time-seconds }.
admin-status-ended = Últimas 24 horas: { $answered } respondidas, { $failed } fallidas.
admin-status-disk = Disco: { $free } libres; la base de datos ocupa { $size }.
admin-stats-usage = /admin stats [questions|ratings|latency|queue|learning] – gráficos con sus cifras
stats-questions = Preguntas por día, { $days } días
stats-questions-caption = En total { $total }, últimos 7 días { $week }, hoy { $today } de { $people } personas.
stats-label-questions = preguntas
stats-label-people = personas
stats-ratings = Respuestas valoradas bien, intervalo del 95 %
stats-ratings-line = { $adapter }: { $share } % ({ $low }–{ $high }) de { $n } valoraciones
stats-latency = Segundos de espera, { $days } días
stats-latency-caption = De { $n } respuestas: el 50 %, 90 % y 99 % no tardó más de
stats-latency-line = { $what }: { $half } s; { $nine } s; { $most } s
stats-label-queue = en la cola
stats-label-first = primeras palabras
stats-label-whole = respuesta entera
stats-queue = Preguntas en espera, { $hours } horas
stats-queue-caption = Ahora { $now }, como máximo { $most }. Horas en UTC.
stats-none-ratings = Todavía no se ha valorado ninguna respuesta.
stats-none-latency = No se ha respondido a nadie en los últimos 7 días.
admin-jobs-usage = /admin jobs [cancel NÚMERO] – lo que espera y lo que está en marcha, y detener algo de ello
admin-jobs = Preguntas en espera: { $waiting }
admin-jobs-line = { $number } { $kind }, { $status } desde hace { $time }
admin-cancel-ask = ¿Detener el trabajo { $number }? Quien lo espera sabrá que se detuvo.
admin-cancel-done = El trabajo { $number } se ha detenido.
admin-cancel-late = No hay ningún trabajo { $number } en espera o en marcha.
admin-pause-usage = /admin pause [MINUTOS] – mantenimiento: las preguntas esperan, las emergencias se responden
admin-pause-ask = ¿Pausar todas las respuestas? Las preguntas se reciben y esperan; los textos de emergencia salen como siempre; lo que se está escribiendo se termina.
admin-pause-done = En pausa. Con /admin resume se sigue.
admin-resume-usage = /admin resume – terminar la pausa
admin-resume-done = Seguimos: ahora se responde lo que esperaba.
admin-resume-none = No hay ninguna pausa.
admin-export-usage = /admin export [jsonl|parquet] – de lo que se puede aprender, como archivos
admin-export-ask = ¿Enviar a este chat, como { $format }, lo que la gente permite usar para aprender? Está depurado y con seudónimos, pero trata de salud: una vez aquí, ningún borrado lo alcanza.
admin-export-begun = Se están escribiendo los archivos.
admin-export-done = Muestras: { $samples }. Omitidas:
admin-export-large = { $name } es mayor de lo que Telegram acepta. Usa: doctor-llama feedback export
admin-broadcast-usage = /admin broadcast TEXTO – decir algo a todos (3500 caracteres como máximo)
admin-broadcast-ask = ¿Enviar esto, tal como está arriba, a personas: { $people }?
admin-broadcast-begun = En camino como trabajo { $number }. Con /admin jobs ves cuánto lleva; /admin jobs cancel { $number } lo detiene.
admin-broadcast-progress = ({ $sent } avisados, { $gone } ausentes)
admin-broadcast-ended = El envío ha terminado. Avisados: { $sent }; me han bloqueado: { $gone }; no se sabe: { $unsure }.
admin-users-usage = /admin users [página] – quién hay y quién tiene un rol
admin-users = Personas: { $known }; aceptaron el almacenamiento { $agreed }, el entrenamiento { $training }; preguntaron en los últimos 7 días { $active }; bloqueadas { $blocked }.
admin-users-page = Los últimos en llegar, página { $page }:
admin-users-line = { $number } – { $role }, desde { $since }, { $asked } en 7 días
admin-grant-usage = /admin grant NÚMERO admin|reviewer|member – dar un rol a alguien
admin-revoke-usage = /admin revoke NÚMERO – quitar un rol
admin-block-usage = /admin block NÚMERO – responder a alguien solo en emergencias
admin-unblock-usage = /admin unblock NÚMERO – volver a responderle
admin-role-already = { $number } ya tiene ese rol: { $role }.
admin-role-ask = { $number } es ahora: { $former }. ¿Cambiar a: { $role }?
admin-role-stranger = Este número nunca me ha escrito. ¿Es correcto?
admin-role-done = Hecho. { $number } es ahora: { $role }.

# Learning: review, refresh, adapters, comparisons
admin-review-usage = /admin review [reopen NÚMERO | edit NÚMERO TEXTO] – correcciones que esperan tu revisión
admin-compare-usage = /admin compare [PRIMERO SEGUNDO [PREGUNTA | PREGUNTA]] – dos adaptadores lado a lado, a ciegas
admin-retrain-usage = /admin retrain [cancel | resume] – aprender de los comentarios aprobados
admin-adapters-usage = /admin adapters [NOMBRE | promote NOMBRE | reject NOMBRE | rollback] – qué puede responder y qué responde
review-none = Ninguna corrección te espera.
review-card = Corrección { $number } – en espera: { $waiting }
review-question = Pregunta:
review-answer = Respuesta:
review-correction = Corrección:
review-warning = ⚠️ Retenida por una regla: { $why }
review-edit = Con otras palabras: /admin review edit { $number } TU TEXTO
review-approve = ✓ Aprobar
review-anyway = ✓ Aprobar de todos modos
review-refuse = ✗ Rechazar
review-skip = Saltar
review-approved = La corrección { $number } está aprobada. Para deshacerlo: /admin review reopen { $number }
review-refused = La corrección { $number } está rechazada. Para deshacerlo: /admin review reopen { $number }
review-skipped = La corrección { $number } sigue esperando.
review-reopened = La corrección { $number } espera de nuevo una revisión.
retrain-ask = Comentarios nuevos: { $new }. Correcciones por revisar: { $waiting }. ¿Entrenar ahora un adaptador nuevo? No responde a nadie antes de ser activado.
retrain-begun = La actualización está en la cola. Un mensaje aquí muestra cómo va.
retrain-live = Ya hay una actualización en espera o en marcha. Para terminarla: /admin retrain cancel
retrain-none = No hay ninguna actualización en espera ni en marcha.
retrain-nothing-to-resume = La última actualización no se interrumpió: no hay nada que continuar.
retrain-cancel-ask = ¿Terminar la actualización?
retrain-cancelled = La actualización ha terminado. El adaptador que respondía sigue respondiendo.
refresh-waiting = 🧠 Una actualización espera su turno.
refresh-running = 🧠 Actualización: { $phase }
phase-data = reuniendo las muestras
phase-sft = aprendiendo las respuestas
phase-preference = aprendiendo las preferencias
phase-export = escribiendo el adaptador
phase-evaluate = midiendo
refresh-loss = Pérdida: { $loss }
refresh-left = Quedan: { $time }
refresh-alone = Mientras tanto, las respuestas esperan.
refresh-passed = ✅ { $adapter } superó el control.
refresh-rejected = ✗ { $adapter } no superó el control. Sigue respondiendo el anterior.
refresh-cleaned = Aprendido de nuevo sin { $rows } filas borradas o retiradas.
refresh-line = { $set }: { $before } % → { $now } % de { $items }, perdidas { $lost }, ganadas { $gained }
refresh-failed = La actualización falló: { $why }. Sigue respondiendo el anterior. Para continuarla: /admin retrain resume
refresh-cancelled = Un administrador terminó la actualización.
refresh-why-memory = no alcanzó la memoria
refresh-why-disk = el disco está lleno
refresh-why-hang = dejó de avanzar y se terminó
refresh-why-killed = el sistema la mató, como hace cuando falta memoria
refresh-why-nothing = no hay comentarios aprobados nuevos
refresh-why-stopped = el trabajador se detuvo
refresh-why-interrupted = su trabajador terminó
refresh-why-crashed = el programa falló; su registro dice más
refresh-curve = Pérdida por paso
adapter-promote = Activar
adapter-reject = Descartar
adapter-rollback = Volver atrás
adapter-promote-ask = ¿Que responda { $name } en lugar de { $former }?
adapter-reject-ask = ¿Descartar { $name }? Activo ahora: { $former }.
adapter-rollback-ask = ¿Volver de { $name } a { $former }?
adapter-promoted = Desde ahora responde { $name }.
adapter-rejected = { $name } queda descartado.
adapter-rolled-back = Vuelve a responder { $former } en lugar de { $name }.
adapter-of-settings = lo que dicen los ajustes
adapter-status-candidate = candidato
adapter-status-active = activo
adapter-status-retired = retirado
adapter-status-rejected = descartado
adapters-none = Todavía no hay adaptadores. Una actualización crea uno.
adapters-line = { $name }: { $status }
adapters-due = ⚠️ Hay que reentrenar: { $rows } de sus filas se borraron o se retiraron.
adapters-start = Entrenado desde: { $start }
adapters-rows = Filas de comentarios: { $rows }
rollback-news = ⚠️ La gente valora { $name } peor que { $former } (en pares distintos: { $worse } a { $better }). Vuelve a responder { $former }.
compare-begun = Se están escribiendo las respuestas. Te avisaré cuando se puedan comparar.
compare-ready = Las respuestas están listas: /admin compare
compare-none = No hay ningún par que no hayas juzgado.
judge-a = A es mejor
judge-b = B es mejor
judge-same = Iguales
compare-score = { $second } contra { $first }: ganadas { $wins }, perdidas { $losses }, iguales { $ties }; { $share } % ({ $low }–{ $high } %)
stats-learning-corrections = Correcciones
stats-learning-corrections-caption = En espera { $open }, aprobadas { $approved }, rechazadas { $refused }, aprendidas { $used }
stats-learning-open = en espera
stats-learning-approved = aprobadas
stats-learning-refused = rechazadas
stats-learning-used = aprendidas por el modelo
stats-learning-runs = Qué ganaron las últimas actualizaciones
stats-learning-gained = ganadas
stats-learning-lost = perdidas
stats-learning-run = Ejecución { $number }: { $adapter }, ganadas { $gained }, perdidas { $lost }
stats-none-learning = Nadie ha valorado ni corregido nada todavía.

# Errors
error = Lo siento, algo ha ido mal por mi parte. Inténtalo de nuevo, por favor. Si vuelve a pasar, dinos este número: { $id }
error-admin = Error { $id }: { $kind } en { $where }
unsafe-admin = Alguien valoró la respuesta { $id } como peligrosa.
